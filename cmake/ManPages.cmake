# Man pages and completions of eckart_cli, which writes them itself, from the definitions that it parses with.
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(STATUS "No man pages and completions: set CMAKE_CROSSCOMPILING_EMULATOR to what runs the program here")
  return()
endif()

set(man ${CMAKE_CURRENT_BINARY_DIR}/man)
set(completion ${CMAKE_CURRENT_BINARY_DIR}/completion)
file(MAKE_DIRECTORY ${completion})

# The list of pages is complete when it has its last name. gzip -n: no time of day in the files.
add_custom_command(OUTPUT ${man}.list
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${man}
  COMMAND eckart_cli generate man ${man} > ${man}.written
  COMMAND xargs -d "\\n" -a ${man}.written gzip -9n
  COMMAND ${CMAKE_COMMAND} -E rename ${man}.written ${man}.list
  DEPENDS eckart_cli COMMENT "Writing man pages" VERBATIM)
install(DIRECTORY ${man}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)

set(scripts)
foreach(shell bash zsh fish)
  set(script ${completion}/eckart.${shell})
  add_custom_command(OUTPUT ${script}
    COMMAND eckart_cli generate completion ${shell} > ${script}.written
    COMMAND ${CMAKE_COMMAND} -E rename ${script}.written ${script}
    DEPENDS eckart_cli COMMENT "Writing completion for ${shell}" VERBATIM)
  list(APPEND scripts ${script})
endforeach()
# Where each shell looks for what packages bring.
set(folder ${CMAKE_INSTALL_DATADIR})
install(FILES ${completion}/eckart.bash DESTINATION ${folder}/bash-completion/completions RENAME eckart COMPONENT program)
install(FILES ${completion}/eckart.zsh DESTINATION ${folder}/zsh/vendor-completions RENAME _eckart COMPONENT program)
install(FILES ${completion}/eckart.fish DESTINATION ${folder}/fish/vendor_completions.d COMPONENT program)

add_custom_target(eckart_pages ALL DEPENDS ${man}.list ${scripts})
