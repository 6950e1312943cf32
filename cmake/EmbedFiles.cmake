# embed_assembly(PREFIX FOLDER file... ): assembly that takes files into the program, byte for byte,
# with .incbin: no generated arrays. In the caller's scope it sets
#   embedded_assembly      the text: symbols PREFIX_0, PREFIX_0_end, PREFIX_1, ...
#   embedded_declarations  these symbols for C++, to stand inside extern "C"
#   embedded_rows          {"file", PREFIX_0, PREFIX_0_end}, ...
#   embedded_paths         the files, for OBJECT_DEPENDS
function(embed_assembly prefix folder)
  set(assembly ".section .rodata\n")
  set(declarations)
  set(rows)
  set(paths)
  set(index 0)
  foreach(file IN LISTS ARGN)
    set(symbol ${prefix}_${index})
    string(APPEND assembly ".balign 64\n.hidden ${symbol}\n.hidden ${symbol}_end\n.globl ${symbol}\n.globl ${symbol}_end\n"
                           "${symbol}:\n.incbin \"${folder}/${file}\"\n${symbol}_end:\n")
    string(APPEND declarations "extern const std::byte ${symbol}[];\nextern const std::byte ${symbol}_end[];\n")
    string(APPEND rows "    {\"${file}\", ${symbol}, ${symbol}_end},\n")
    list(APPEND paths ${folder}/${file})
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND assembly ".section .note.GNU-stack,\"\",%progbits\n")
  set(embedded_assembly "${assembly}" PARENT_SCOPE)
  set(embedded_declarations "${declarations}" PARENT_SCOPE)
  set(embedded_rows "${rows}" PARENT_SCOPE)
  set(embedded_paths "${paths}" PARENT_SCOPE)
endfunction()
