package org.unmute.cli.option;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.console.CommandException;
import org.unmute.options.HelpTopic;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** Options of the probe to train: {@code --set heads=8}, or {@code --heads 8} for short. */
@HelpTopic("Training")
public final class ProbeSettings {
    /** Tag that identifies short forms among the options of a command. */
    private static final String SHORT_FORM = "short form";

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "An option of the probe, as listed below: --set heads=8, or --heads 8 for short. May be"
                    + " repeated.")
    private List<String> settings = List.of();

    /**
     * Adds a short form to a command for each option of each probe, including probes from jars, and lists the short
     * forms below its help. A name that the command already uses for another option is skipped.
     */
    public static void addShortForms(CommandSpec command) {
        List<String> lines =
                new ArrayList<>(Arrays.asList(command.usageMessage().footer()));
        int width = Probes.names().stream().mapToInt(String::length).max().orElse(0);
        lines.add("");
        lines.add("Options of probes, --NAME VALUE or --set NAME=VALUE; docs/probes.md explains them:");
        for (String probe : Probes.names()) {
            List<String> names = Probes.type(probe).options().stream()
                    .filter(name -> name.matches("[A-Za-z][\\w-]*"))
                    .toList();
            for (String name : names) {
                if (!command.optionsMap().containsKey("--" + name)) {
                    command.addOption(shortForm(name));
                }
            }
            if (!names.isEmpty()) {
                lines.add("  " + probe + " ".repeat(width - probe.length()) + "  " + String.join(", ", names));
            }
        }
        command.usageMessage().footer(lines.toArray(String[]::new));
    }

    /**
     * Accepts several values, so that the message about a duplicate can name both; hidden, since the footer lists it.
     */
    private static OptionSpec shortForm(String name) {
        return OptionSpec.builder("--" + name)
                .paramLabel("VALUE")
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .hidden(true)
                .userObject(SHORT_FORM)
                .build();
    }

    /** A value, and the form in which it was given. */
    private record Given(String value, String as) {}

    /**
     * Collects the options that were given.
     *
     * @param line the parsed command line, which holds the short forms
     * @throws CommandException if the probe has no such option, or an option has two values
     */
    public ProbeOptions of(String probe, ParseResult line) {
        Map<String, Given> all = new LinkedHashMap<>();
        for (String setting : settings) {
            try {
                ProbeOptions.parse(setting)
                        .values()
                        .forEach((name, value) -> add(all, name, new Given(value, "--set " + name + "=" + value)));
            } catch (IllegalArgumentException e) {
                throw CommandException.usage("--set: " + e.getMessage());
            }
        }
        for (OptionSpec option : line.matchedOptions()) {
            if (SHORT_FORM.equals(option.userObject())) {
                String name = option.longestName().substring(2);
                for (String text : option.stringValues()) {
                    String value = text.strip();
                    add(all, name, new Given(value, "--" + name + " " + value));
                }
            }
        }
        List<String> known = Probes.type(probe).options();
        ProbeOptions options = ProbeOptions.DEFAULTS;
        for (Map.Entry<String, Given> one : all.entrySet()) {
            if (!known.contains(one.getKey())) {
                throw CommandException.usage("probe " + probe + " has no option '" + one.getKey() + "': "
                        + (known.isEmpty() ? "it has none" : "it has " + String.join(", ", known)));
            }
            options = options.with(one.getKey(), one.getValue().value());
        }
        return options;
    }

    private static void add(Map<String, Given> all, String name, Given given) {
        Given before = all.putIfAbsent(name, given);
        if (before != null && !before.value().equals(given.value())) {
            throw CommandException.usage("option '" + name + "' of the probe has two values, by " + before.as()
                    + " and by " + given.as() + ": leave one out");
        }
    }
}
