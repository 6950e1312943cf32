# The library users link: albert::albert, made of every room's objects.
get_property(rooms GLOBAL PROPERTY ALBERT_ROOMS)
set(objects)
foreach(room IN LISTS rooms)
  list(APPEND objects $<TARGET_OBJECTS:albert_${room}>)
endforeach()

add_library(albert ${objects})
add_library(albert::albert ALIAS albert)
set_target_properties(albert PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_include_directories(albert PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(albert PUBLIC cxx_std_20)
target_link_libraries(albert PRIVATE $<BUILD_INTERFACE:albert_flags> fmt::fmt simdjson::simdjson PkgConfig::utf8proc ZLIB::ZLIB Threads::Threads)
