package org.unmute.cli.command;

import java.io.PrintWriter;
import java.util.List;
import org.unmute.cli.base.ComputingCommand;
import picocli.CommandLine.ParseResult;

/** The list of all commands. */
public final class Commands {
    /** In the order of the help text. The class {@code NameCommand} implements the command {@code name}. */
    public static final List<Class<?>> ALL = List.of(
            DemoCommand.class,
            DoctorCommand.class,
            LabelsCommand.class,
            EmbedCommand.class,
            ProbeCommand.class,
            EvalCommand.class,
            ExplainCommand.class,
            BenchmarkCommand.class,
            ReportCommand.class,
            TagCommand.class,
            DetectCommand.class,
            SummarizeCommand.class,
            ReviewCommand.class,
            FindCommand.class,
            SearchCommand.class,
            ClipsCommand.class,
            PackCommand.class,
            ExportCommand.class,
            FsckCommand.class,
            SoundscapeCommand.class,
            PretrainCommand.class,
            FeaturesCommand.class,
            VerifyCommand.class,
            ConvertCommand.class,
            EncodersCommand.class,
            DatasetsCommand.class);

    private Commands() {}

    /** Prints the profile of the device after a command, if it was requested. */
    public static void printProfile(ParseResult parsed, PrintWriter err) {
        if (parsed.hasSubcommand()
                && parsed.subcommand().commandSpec().userObject() instanceof ComputingCommand command) {
            command.printProfile(err);
        }
    }
}
