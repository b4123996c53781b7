package org.unmute.cli.base;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.console.PlainWriter;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.CommonOptions;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.OutputOwner;
import org.unmute.data.provenance.RefusedOutputException;
import org.unmute.data.provenance.RunRecord;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands share: options, output streams and the record of the run. */
@Command(sortOptions = false)
public abstract class UnmuteCommand implements Callable<Integer>, CommandRun {
    @Mixin
    protected CommonOptions common;

    @Spec
    protected CommandSpec spec;

    /** The record of this run; null before {@link #begin}. */
    protected RunRecord record;

    /** The exit status. */
    protected int status = ExitCode.OK;

    /** Problems of recordings that are read nevertheless. */
    protected final RecordingWarnings warnings = new RecordingWarnings(this::tell);

    /** The progress shown last; null before the first. */
    private volatile Progress progress;

    /** Prints a result as text. */
    protected interface Text {
        void print(PrintWriter out) throws IOException;
    }

    /** Something whose arguments the user chose. */
    protected interface Step<T> {
        T run() throws IOException;
    }

    /** Runs a step; what is wrong with its arguments becomes an error of the command. */
    protected static <T> T checked(Function<IllegalArgumentException, RuntimeException> error, Step<T> step)
            throws IOException {
        try {
            return step.run();
        } catch (IllegalArgumentException e) {
            throw error.apply(e);
        }
    }

    /**
     * Starts the record of this run and checks its outputs, before any work.
     *
     * @throws CommandException if an output is an input, too
     * @throws RefusedOutputException if an output file must not be replaced
     */
    protected void begin() throws IOException {
        record = new RunRecord(line());
        NamedPaths paths = NamedPaths.of(spec.commandLine().getParseResult());
        paths.requireApart();
        if (!matched("--dry-run")) {
            for (Path file : paths.outputFiles()) {
                OutputOwner.requireFile(file, line(), matched(OverwriteOption.NAME));
            }
        }
    }

    /** Ends with status 1 although no error is reported. */
    protected void fail() {
        status = ExitCode.FAILED;
    }

    @Override
    public RunRecord record() {
        return record;
    }

    @Override
    public List<String> line() {
        List<String> all = new ArrayList<>(List.of("unmute"));
        all.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return all;
    }

    /** Whether an option was given. */
    protected boolean matched(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    @Override
    public OutputFolder claim(Path folder) throws IOException {
        return OutputFolder.claim(folder, line());
    }

    @Override
    public OutputFolder claimFile(Path file, boolean derived) throws IOException {
        return OutputFolder.claimFile(file, line(), derived || matched(OverwriteOption.NAME));
    }

    protected PlainWriter out() {
        return PlainWriter.to(spec.commandLine().getOut());
    }

    protected PlainWriter err() {
        return PlainWriter.to(spec.commandLine().getErr());
    }

    @Override
    public PrintWriter remarks() {
        return common.quiet() ? null : err();
    }

    @Override
    public void tell(String line) {
        Progress shown = progress;
        if (shown != null) {
            shown.remark(line);
        } else if (!common.quiet()) {
            err().println(line);
        }
    }

    @Override
    public Progress progress(String what, String unit, long total) {
        progress = Progress.start(err(), what, unit, total, common.quiet());
        return progress;
    }

    /** Shows progress over clips in seconds of audio, and says what of them an encoder does not hear. */
    public ClipProgress progress(String what, List<AudioClip> clips, EncoderSpec encoder) {
        return new ClipProgress(progress(what, "clips", clips.size()), clips, encoder, warnings);
    }

    /** Prints the result: the document with {@code --json}, else the text. */
    protected void print(Object document, Text text) throws IOException {
        if (common.json()) {
            out().print(Json.MAPPER.writeValueAsString(document));
            out().println();
            // An error that follows, such as one about recordings that are all unusable, must not become a second
            // document.
            spec.commandLine().setExecutionResult(document);
        } else {
            StringWriter lines = new StringWriter();
            text.print(PlainWriter.to(lines));
            out().print(lines);
        }
        out().flush();
    }

    protected void print(ConsoleTable table) throws IOException {
        print(table.document(), table::print);
    }

    /** The first names of a list that may be long. */
    protected static String firstFive(List<String> names) {
        return ConsoleTable.firstFive(names);
    }
}
