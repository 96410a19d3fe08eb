# kailash_driver(NAME PKGS... ): a loadable module from src/drivers/NAME.c (and NAME_*.c) that links the
# named pkg-config packages. The library loads it on first use; without it the library still works.
function(kailash_driver name)
  if(ARGN)
    pkg_check_modules(driver_${name} REQUIRED IMPORTED_TARGET ${ARGN})
  endif()
  file(GLOB parts CONFIGURE_DEPENDS ${name}_*.c)
  add_library(kailash_driver_${name} MODULE ${name}.c ${parts})
  set_target_properties(kailash_driver_${name} PROPERTIES
    PREFIX "" OUTPUT_NAME "kailash_${name}"
    LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/kailash-drivers"
    BUILD_RPATH "$ORIGIN/.." INSTALL_RPATH "$ORIGIN/..")
  target_include_directories(kailash_driver_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/src/base)
  target_link_libraries(kailash_driver_${name} PRIVATE kailash ${CMAKE_DL_LIBS})
  if(ARGN)
    target_link_libraries(kailash_driver_${name} PRIVATE PkgConfig::driver_${name})
  endif()
  if(SKBUILD)
    install(TARGETS kailash_driver_${name} LIBRARY DESTINATION kailash/lib/kailash-drivers)
  else()
    install(TARGETS kailash_driver_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/kailash-drivers)
  endif()
endfunction()

# kailash_driver_library(FILE LICENCES): a shared object that a driver loads itself, put beside it.
function(kailash_driver_library file licences)
  file(COPY "${file}" DESTINATION "${PROJECT_BINARY_DIR}/kailash-drivers")
  if(SKBUILD)
    install(PROGRAMS "${file}" DESTINATION kailash/lib/kailash-drivers)
    install(DIRECTORY "${licences}" DESTINATION kailash/lib/kailash-drivers)
  else()
    install(PROGRAMS "${file}" DESTINATION ${CMAKE_INSTALL_LIBDIR}/kailash-drivers)
    install(DIRECTORY "${licences}" DESTINATION ${CMAKE_INSTALL_DOCDIR})
  endif()
endfunction()
