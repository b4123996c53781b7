package org.unmute.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.cli.command.Commands;
import org.unmute.cli.console.ErrorReport;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.console.Failure;
import org.unmute.cli.console.PlainWriter;
import org.unmute.cli.console.StartPhases;
import org.unmute.cli.option.ProbeSettings;
import org.unmute.cli.option.WarmStart;
import org.unmute.files.NearestName;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code unmute} command and the only {@code main} of the project. */
@Command(
        name = "unmute",
        mixinStandardHelpOptions = true,
        versionProvider = VersionLines.class,
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Turns recordings into the patch tokens of an audio encoder, trains probes on them and scores them"
                        + " honestly.",
        footerHeading = "%nExit status:%n",
        footer = {
            "  0  done",
            "  1  the work could not be completed",
            "  2  the command line is wrong",
            "  3  an input file is missing, unreadable or malformed",
            "  4  the requested device or backend is not available",
            "",
            "Results go to standard output, progress and remarks to standard error.",
            "'unmute COMMAND --help' explains a command."
        })
public final class Main implements Runnable {
    private static final String SUFFIX = "Command";

    @Spec
    private CommandSpec spec;

    private Main() {}

    /**
     * Registers only the command that is called, since reading the options of all commands takes longer than many
     * commands run.
     */
    static CommandLine commandLine(String... args) {
        CommandLine line = new CommandLine(new Main());
        List<Class<?>> named = Commands.ALL.stream()
                .filter(c -> args.length > 0 && name(c).equals(args[0]))
                .toList();
        if (named.isEmpty()) {
            Commands.ALL.forEach(line::addSubcommand);
            line.addSubcommand(CommandLine.HelpCommand.class);
        }
        named.forEach(line::addSubcommand);
        line.getSubcommands().values().forEach(HelpLevels::install);
        return line;
    }

    private static String name(Class<?> command) {
        String name = command.getSimpleName();
        return name.substring(0, name.length() - SUFFIX.length()).toLowerCase(Locale.ROOT);
    }

    /** Adds the options of probes, known only once probes are loaded, if the line mentions {@code probe}. */
    private static void completeProbe(CommandLine line, String... args) {
        CommandLine probe = line.getSubcommands().get("probe");
        if (probe != null && List.of(args).contains("probe")) {
            ProbeSettings.addShortForms(probe.getCommandSpec());
        }
    }

    /** Runs the command and exits with its {@link ExitCode}. */
    public static void main(String[] args) {
        StartPhases.begin();
        System.setProperty("java.awt.headless", "true");
        WarmStart.begin(args);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int status = run(out, err, args);
        out.flush();
        err.flush();
        System.exit(status);
    }

    /**
     * Runs the command in this process and leaves nothing behind: threads, files and device memory of the command are
     * released when this returns, and the previous backend is current again. Must not run in several threads at once,
     * since a command sets the backend of the whole process.
     *
     * @param out  receives results
     * @param err  receives progress, remarks and errors
     * @param args the command line
     * @return one of {@link ExitCode}
     */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = commandLine(args);
        line.setOut(out).setErr(err).setUsageHelpWidth(100).setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionStrategy(parsed -> {
            int status = new CommandLine.RunLast().execute(parsed);
            Commands.printProfile(parsed, PlainWriter.to(err));
            return status;
        });
        ErrorReport errors = new ErrorReport(out, err, args);
        line.setParameterExceptionHandler((e, a) -> usage(e, errors));
        line.setExecutionExceptionHandler((e, command, parsed) -> report(e, command, errors));
        Optional<String> unknown = unknownCommand(line, args);
        if (unknown.isPresent()) {
            return unknown(unknown.get(), line, errors);
        }
        try (Backends.Scope _ = Backends.scope()) {
            completeProbe(line, args);
            return line.execute(args);
        } catch (RuntimeException | Error e) {
            // picocli passes only exceptions to its handler, not errors such as OutOfMemoryError. Closing a device may
            // also fail.
            return report(e, line, errors);
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing; 'unmute --help' lists them");
    }

    /**
     * The word in the place of a command, if it is not a command. picocli reports such a word too, unless help or the
     * version is also requested: then it would print the general help as if the word were right.
     *
     * @return empty if the command is known or missing, or the line begins with a file of arguments
     */
    private static Optional<String> unknownCommand(CommandLine line, String... args) {
        return Stream.of(args)
                .filter(a -> !line.getCommandSpec().optionsMap().containsKey(a))
                .findFirst()
                .filter(a -> !a.startsWith("-") && !a.startsWith("@"))
                .filter(a -> !line.getSubcommands().containsKey(a));
    }

    private static int unknown(String word, CommandLine line, ErrorReport errors) {
        String shown = word.isBlank() ? "an empty word" : "'" + word + "'";
        int status = show(
                new Failure(
                        ExitCode.USAGE,
                        shown + " is no command"
                                + NearestName.suggestion(
                                        word, line.getSubcommands().keySet()),
                        false),
                line,
                errors);
        errors.err().println("Try 'unmute --help'.");
        return status;
    }

    private static int usage(ParameterException e, ErrorReport errors) {
        CommandLine command = e.getCommandLine();
        int status = show(new Failure(ExitCode.USAGE, e.getMessage(), false), command, errors);
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, errors.err())) {
            errors.err().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        return status;
    }

    private static int report(Throwable thrown, CommandLine command, ErrorReport errors) {
        Failure failure = Failure.of(thrown);
        int status = show(failure, command, errors);
        if (failure.bug() || debug(command)) {
            errors.err().printStackTrace(thrown);
        }
        return status;
    }

    /** Drops the name of the operation from the message if it equals the command's name, which is printed anyway. */
    private static int show(Failure failure, CommandLine command, ErrorReport errors) {
        String operation = command.getCommandName() + ": ";
        String message = failure.message();
        return errors.show(
                command.getCommandSpec().qualifiedName(),
                message.startsWith(operation) ? message.substring(operation.length()) : message,
                failure,
                command.getExecutionResult() != null);
    }

    private static boolean debug(CommandLine command) {
        boolean asked =
                command.getParseResult() != null && command.getParseResult().hasMatchedOption("--debug");
        return asked || "1".equals(System.getenv("UNMUTE_DEBUG"));
    }
}
