package org.unmute.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The completion of all commands in bash and zsh. {@code .ci/Distribution.java} puts it into the downloads. */
final class CompletionScript {
    /**
     * In place of picocli's function, which prints the values that begin with the word: here also the last of several
     * that are separated by commas, and the first after an equals sign, which is a word of its own.
     */
    private static final String VALUES = """

        function compReplyArray() {
          local word=${COMP_WORDS[COMP_CWORD]} before= value
          [[ "${word}" != "=" ]] || word=
          [[ "${word}" != *,* ]] || before=${word%,*},
          for value in "$@"; do
            [[ "${before}${value}" != "${word}"* ]] || echo "${before}${value}"
          done
        }
        """;

    private static final String PREVIOUS = "  local prev_word=${COMP_WORDS[COMP_CWORD-1]}\n";
    private static final String OPTION_BEFORE_EQUALS = PREVIOUS + """
          [[ "${prev_word}" != "=" ]] || prev_word=${COMP_WORDS[COMP_CWORD-2]}
          [[ "${curr_word}" != "=" ]] || curr_word=
        """.indent(2);

    private CompletionScript() {}

    /** The script, without the date. */
    static String bash() {
        CommandLine line = Main.commandLine();
        for (CommandLine command : line.getSubcommands().values()) {
            CommandSpec spec = command.getCommandSpec();
            for (OptionSpec option : List.copyOf(spec.options())) {
                if (option.completionCandidates() != null || takesFile(option)) {
                    spec.remove(option);
                    spec.addOption(completed(option));
                }
            }
        }
        return AutoComplete.bash("unmute", line)
                        .replaceAll("(?m)^# Generated.*\\n", "")
                        .replace(PREVIOUS, OPTION_BEFORE_EQUALS)
                + VALUES;
    }

    /**
     * The option as picocli completes it: it names a list of values by the parameter's label, which several options
     * share, and completes files where the type is that of a file.
     */
    private static OptionSpec completed(OptionSpec option) {
        if (option.completionCandidates() == null) {
            return OptionSpec.builder(option.names())
                    .type(Path.class)
                    .arity("1")
                    .hidden(option.hidden())
                    .build();
        }
        return OptionSpec.builder(option)
                .paramLabel(option.longestName().replaceAll("\\W", "_"))
                .completionCandidates(values(option))
                .build();
    }

    /** The values that can be completed, as users type them: constants are accepted in any case. */
    static List<String> values(OptionSpec option) {
        boolean constants = Arrays.stream(option.auxiliaryTypes()).anyMatch(Class::isEnum);
        return StreamSupport.stream(option.completionCandidates().spliterator(), false)
                .map(value -> constants ? value.toLowerCase(Locale.ROOT) : value)
                .toList();
    }

    private static boolean takesFile(OptionSpec option) {
        return option.type() == String.class
                && option.group() == null
                && option.paramLabel().matches(".*\\b(?:FILE|DIR|PATH)\\b.*");
    }
}
