# kailash_driver(NAME PKGS... ): a loadable module from src/drivers/NAME.c that links the named
# pkg-config packages. The library loads it on first use; without it the library still works.
function(kailash_driver name)
  pkg_check_modules(driver_${name} REQUIRED IMPORTED_TARGET ${ARGN})
  add_library(kailash_driver_${name} MODULE ${name}.c)
  set_target_properties(kailash_driver_${name} PROPERTIES
    PREFIX "" OUTPUT_NAME "kailash_${name}"
    LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/kailash-drivers"
    BUILD_RPATH "$ORIGIN/.." INSTALL_RPATH "$ORIGIN/..")
  target_include_directories(kailash_driver_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/src/base)
  target_link_libraries(kailash_driver_${name} PRIVATE kailash PkgConfig::driver_${name})
  if(SKBUILD)
    install(TARGETS kailash_driver_${name} LIBRARY DESTINATION kailash/kailash-drivers)
  else()
    install(TARGETS kailash_driver_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/kailash-drivers)
  endif()
endfunction()
