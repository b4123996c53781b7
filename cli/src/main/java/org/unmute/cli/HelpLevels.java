package org.unmute.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_SYNOPSIS;

import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.options.ConsoleOptions;
import org.unmute.options.HelpTopic;
import org.unmute.options.MainOptions;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Help in two levels: {@code --help} shows the main options of a command with the first sentence of each, {@code
 * --help-all} every option by topic.
 */
final class HelpLevels {
    /** Topic of the options that every command has. */
    private static final String EVERYWHERE =
            ConsoleOptions.class.getAnnotation(HelpTopic.class).value();

    /** A longer synopsis goes on in a second line. */
    private static final int WIDTH = 80;

    /** What ends earlier leaves the rest unsaid, as "With --export: …". */
    private static final Pattern SENTENCE = Pattern.compile("(?s)((?:[^(]|\\([^)]*\\)){20,}?)[.;:](\\s.*|$)");

    private static final Pattern DEFAULT = Pattern.compile("\\s*\\(default: ([^()]{1,40})\\)");

    private HelpLevels() {}

    /** Makes a command print its help in two levels. */
    static void install(CommandLine command) {
        command.getHelpSectionMap().put(SECTION_KEY_SYNOPSIS, HelpLevels::synopsis);
        command.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST, HelpLevels::options);
        command.getHelpSectionMap().put(SECTION_KEY_FOOTER, HelpLevels::footer);
    }

    /** The options that {@code --help} shows. */
    static List<OptionSpec> mainOptions(CommandSpec command) {
        MainOptions main = command.userObject().getClass().getAnnotation(MainOptions.class);
        if (main == null) {
            return shown(command)
                    .filter(option -> !topic(option).equals(EVERYWHERE))
                    .toList();
        }
        return Arrays.stream(main.value().split(" "))
                .map(name -> command.optionsMap().get(name))
                .toList();
    }

    /** The heading of an option in {@code --help-all}; empty for the command's own. */
    static String topic(OptionSpec option) {
        return option.userObject() instanceof Member member
                        && member.getDeclaringClass().isAnnotationPresent(HelpTopic.class)
                ? member.getDeclaringClass().getAnnotation(HelpTopic.class).value()
                : "";
    }

    private static Stream<OptionSpec> shown(CommandSpec command) {
        return command.options().stream().filter(option -> !option.hidden());
    }

    private static boolean all(Help help) {
        CommandLine.ParseResult parsed = help.commandSpec().root().commandLine().getParseResult();
        return parsed != null && parsed.originalArgs().contains(ConsoleOptions.HELP_ALL);
    }

    private static String synopsis(Help help) {
        CommandSpec command = help.commandSpec();
        String required = shown(command)
                .filter(option -> option.required() && option.group() == null)
                .map(option -> " " + option.longestName() + "=" + option.paramLabel())
                .collect(Collectors.joining());
        String choices = command.argGroups().stream()
                .filter(ArgGroupSpec::exclusive)
                .map(group -> group.options().stream()
                        .filter(option -> !option.hidden())
                        .map(OptionSpec::longestName)
                        .collect(Collectors.joining(" | ", " (", ")")))
                .collect(Collectors.joining());
        String operands = command.positionalParameters().stream()
                .filter(operand -> !operand.hidden())
                .map(operand -> (operand.arity().max() > 1 ? operand.paramLabel() + "..." : operand.paramLabel()))
                .map(operand -> " " + operand)
                .collect(Collectors.joining());
        String line = command.qualifiedName() + operands + required + choices;
        String end = line.length() > WIDTH ? String.format("%n      [OPTIONS]%n") : String.format(" [OPTIONS]%n");
        return line + end;
    }

    private static String options(Help help) {
        CommandSpec command = help.commandSpec();
        if (!all(help)) {
            OptionSpec all = OptionSpec.builder(ConsoleOptions.HELP_ALL)
                    .description("All " + shown(command).count() + " options, by topic.")
                    .build();
            return list(help, Stream.concat(mainOptions(command).stream().map(HelpLevels::brief), Stream.of(all)));
        }
        Map<String, List<OptionSpec>> topics = new LinkedHashMap<>();
        topics.put("", new ArrayList<>());
        shown(command)
                .forEach(option -> topics.computeIfAbsent(topic(option), t -> new ArrayList<>())
                        .add(option));
        // The options of every command come last.
        List<OptionSpec> last = topics.remove(EVERYWHERE);
        if (last != null) {
            topics.put(EVERYWHERE, last);
        }
        return topics.entrySet().stream()
                .map(topic -> (topic.getKey().isEmpty() ? "" : String.format("%n%s:%n", topic.getKey()))
                        + list(help, topic.getValue().stream()))
                .collect(Collectors.joining());
    }

    private static String list(Help help, Stream<OptionSpec> options) {
        Help.Layout layout = help.createDefaultLayout();
        layout.addOptions(options.toList(), help.createDefaultParamLabelRenderer());
        return layout.toString();
    }

    /** The option with the first sentence of its description, and its default. */
    private static OptionSpec brief(OptionSpec option) {
        String text = String.join(" ", option.description());
        Matcher value = DEFAULT.matcher(text);
        String known = value.find() ? " (default: " + value.group(1) + ")" : "";
        Matcher sentence = SENTENCE.matcher(text.replaceAll("\\s*\\(default: .*?\\)", ""));
        String brief = sentence.matches() ? sentence.group(1) + known + "." : text;
        return OptionSpec.builder(option).description(brief.replace("%", "%%")).build();
    }

    /** The first example at the first level, the rest of the footer at the second. */
    private static String footer(Help help) {
        String[] lines = help.commandSpec().usageMessage().footer();
        if (!all(help)) {
            lines = example(lines);
        }
        return Help.join(
                        help.ansi(),
                        help.commandSpec().usageMessage().width(),
                        help.commandSpec().usageMessage().adjustLineBreaksForWideCJKCharacters(),
                        lines,
                        new StringBuilder())
                .toString();
    }

    /** The first example, with the lines that continue it. */
    private static String[] example(String[] footer) {
        int begin = 0;
        while (begin < footer.length && !footer[begin].startsWith("Example")) {
            begin++;
        }
        int end = Math.min(begin + 2, footer.length);
        while (end < footer.length && footer[end - 1].endsWith("\\")) {
            end++;
        }
        List<String> lines = new ArrayList<>(List.of(footer).subList(Math.min(begin, end), end));
        if (!lines.isEmpty()) {
            lines.set(0, lines.getFirst().replace("Examples", "Example"));
            lines.addFirst("");
        }
        return lines.toArray(String[]::new);
    }
}
