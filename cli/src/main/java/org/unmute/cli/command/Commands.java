package org.unmute.cli.command;

import java.util.List;

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
            PackCommand.class,
            FsckCommand.class,
            SoundscapeCommand.class,
            PretrainCommand.class,
            FeaturesCommand.class,
            VerifyCommand.class,
            ConvertCommand.class,
            EncodersCommand.class,
            DatasetsCommand.class);

    private Commands() {}
}
