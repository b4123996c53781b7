package org.unmute.cli.command;

import java.io.PrintWriter;
import java.util.List;
import org.unmute.cli.console.DeviceProfile;
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
        // Only if requested: this opens a backend, which most commands without tensors never need.
        if (parsed.hasSubcommand()
                && parsed.subcommand().commandSpec().userObject() instanceof ComputingCommand command
                && command.compute.profile()) {
            DeviceProfile.end(err);
        }
    }
}
