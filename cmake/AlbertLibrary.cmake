# The library users link, albert::albert: every room's objects in one archive, with a CMake package
# and a pkg-config file.
include(CMakePackageConfigHelpers)
get_property(rooms GLOBAL PROPERTY ALBERT_ROOMS)
set(objects)
foreach(room IN LISTS rooms)
  list(APPEND objects $<TARGET_OBJECTS:albert_${room}>)
endforeach()

add_library(albert STATIC ${objects})
target_include_directories(albert PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(albert PUBLIC cxx_std_20)
target_link_libraries(albert PRIVATE $<BUILD_INTERFACE:albert_flags> fmt::fmt simdjson::simdjson PkgConfig::utf8proc ZLIB::ZLIB
                                     Threads::Threads)
add_library(albert::albert ALIAS albert)

install(TARGETS albert EXPORT albertTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
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
