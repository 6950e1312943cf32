# What users link: albert::albert, an archive of every room's objects, and albert::shared, the same
# objects as a shared library that shows the public headers' names alone. With a CMake package and a
# pkg-config file.
include(CMakePackageConfigHelpers)
get_property(rooms GLOBAL PROPERTY ALBERT_ROOMS)
set(objects)
foreach(room IN LISTS rooms)
  list(APPEND objects $<TARGET_OBJECTS:albert_${room}>)
endforeach()

add_library(albert STATIC ${objects})
add_library(albert_shared SHARED ${objects})
set_target_properties(albert_shared PROPERTIES OUTPUT_NAME albert EXPORT_NAME shared VERSION ${PROJECT_VERSION}
                                               SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
foreach(library albert albert_shared)
  target_include_directories(${library} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${library} PUBLIC cxx_std_20)
  target_link_libraries(${library} PRIVATE $<BUILD_INTERFACE:albert_flags> fmt::fmt simdjson::simdjson PkgConfig::lzma
                                           PkgConfig::utf8proc PkgConfig::zstd ZLIB::ZLIB Threads::Threads)
endforeach()
add_library(albert::albert ALIAS albert)
add_library(albert::shared ALIAS albert_shared)

install(TARGETS albert albert_shared EXPORT albertTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
                                                          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/albert DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/albert)
install(EXPORT albertTargets NAMESPACE albert:: DESTINATION ${package_folder})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/albertConfig.cmake.in ${PROJECT_BINARY_DIR}/albertConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/albertConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/albertConfig.cmake ${PROJECT_BINARY_DIR}/albertConfigVersion.cmake DESTINATION ${package_folder})
configure_file(${PROJECT_SOURCE_DIR}/cmake/albert.pc.in ${PROJECT_BINARY_DIR}/albert.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/albert.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
