package org.unmute.cli.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Consumer;
import org.unmute.cli.console.Failure;
import org.unmute.cli.option.ProbeSettings;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A command that another one runs in its process, with a command line and a record of its own. */
final class InnerCommand {
    private InnerCommand() {}

    /**
     * Runs a command.
     *
     * @param args the command line without the program's name
     * @param failed receives what ends the command other than success
     * @return the exit status
     */
    static int run(PrintWriter out, PrintWriter err, List<String> args, Consumer<Exception> failed) {
        CommandLine line = new CommandLine(CommandSpec.create().name("unmute"));
        for (Object command : List.of(
                new LabelsCommand(),
                new EmbedCommand(),
                new SearchCommand(),
                new ReviewCommand(),
                new ProbeCommand(),
                new DetectCommand())) {
            line.addSubcommand(command);
        }
        ProbeSettings.addShortForms(line.getSubcommands().get("probe").getCommandSpec());
        line.setOut(out).setErr(err).setCaseInsensitiveEnumValuesAllowed(true).setExpandAtFiles(false);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            failed.accept(e);
            return Failure.of(e).exitCode();
        });
        line.setParameterExceptionHandler((e, words) -> {
            failed.accept(e);
            return Failure.of(e).exitCode();
        });
        try (Backends.Scope _ = Backends.scope()) {
            return line.execute(args.toArray(String[]::new));
        }
    }
}
