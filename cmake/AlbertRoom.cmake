# albert_room(NAME SOURCES file... LINKS room... [LIBRARIES library...])
#
# A room is an object library `albert_NAME` from src/NAME. Its headers are reached as "NAME/x.h"
# through a folder that holds only a link to that room, so a room cannot include what it does not
# link; the public headers are visible to all.
add_library(albert_flags INTERFACE)
target_include_directories(albert_flags INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(quiet -Wno-restrict -Wno-maybe-uninitialized)   # false alarms of g++ 12
else()
  set(quiet -Wno-deprecated-declarations)   # inside libstdc++ 12
endif()
target_compile_options(albert_flags INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wno-sign-conversion;${quiet};-fno-math-errno;-ffp-contract=off>")
if(ALBERT_SANITIZE)
  target_compile_options(albert_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${ALBERT_SANITIZE};-fno-omit-frame-pointer;-fno-sanitize-recover=all>")
  target_link_options(albert_flags INTERFACE -fsanitize=${ALBERT_SANITIZE})
endif()
if(ALBERT_BUILD_FUZZERS)
  target_compile_options(albert_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link>)
endif()

define_property(GLOBAL PROPERTY ALBERT_ROOMS BRIEF_DOCS "rooms" FULL_DOCS "names of all rooms")

function(albert_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS;LIBRARIES" ${ARGN})
  set(door ${PROJECT_BINARY_DIR}/rooms/${name})
  file(MAKE_DIRECTORY ${door})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${name} ${door}/${name} SYMBOLIC)
  add_library(albert_${name} OBJECT ${ROOM_SOURCES})
  target_include_directories(albert_${name} PUBLIC $<BUILD_INTERFACE:${door}>)
  target_link_libraries(albert_${name} PUBLIC albert_flags ${ROOM_LIBRARIES})
  foreach(room IN LISTS ROOM_LINKS)
    target_link_libraries(albert_${name} PUBLIC albert_${room})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY ALBERT_ROOMS ${name})
endfunction()
