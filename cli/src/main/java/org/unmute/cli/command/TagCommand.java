package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.DivisionOptions;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.cli.probe.TagTable;
import org.unmute.cli.probe.Tagging;
import org.unmute.data.ClipDivision;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.scoring.Activation;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.events.scoring.ScoringHead;
import org.unmute.options.EncoderOptions;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.options.ProbeOption;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipPass;
import org.unmute.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores recordings with an encoder's own classification head or with a probe. */
@MainOptions(
        "--probe --encoder --audio --clip --scores --top --activation" + " --dataset --root --force --device --threads")
@Command(
        name = "tag",
        description = {
            "Scores recordings with an encoder's own classification head, or with a trained or packed probe on its"
                    + " tokens.",
            "Prints the best classes of each recording, with AudioSet's names for a head of 527 classes; --scores"
                    + " writes all scores as CSV, with a column 'file' (path below the root) and one column a class,"
                    + " and a record of the run beside it. A head's scores are the mean over the windows of a"
                    + " recording; a probe looks at all tokens together. Recordings of more than 20 minutes are tagged"
                    + " in clips of 10, a row each: see --clip."
        },
        footer = {
            "",
            "Examples:",
            "  unmute tag --encoder kwt1.safetensors --audio clips/ --scores scores.csv",
            "  unmute tag --probe run1/ --encoder eat.safetensors --audio clips/"
        })
final class TagCommand extends ComputingCommand {
    private static final int CHUNK = 32;

    @Mixin
    private ProbeOption probe;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private AudioOptions audio;

    @Mixin
    private DivisionOptions division;

    @OutputPath(OutputPath.Kind.FILE)
    @Option(names = "--scores", paramLabel = "FILE", description = "Write the scores of all classes to this CSV file.")
    private Path scores;

    @Mixin
    private OverwriteOption overwrite;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            description =
                    "What becomes of the outputs: ${COMPLETION-CANDIDATES} (default: none, logits as they are, of a"
                            + " head; of a probe what it was trained for). sigmoid gives probabilities of independent"
                            + " classes (AudioSet's 527), softmax of classes that exclude each other (keywords),"
                            + " calibrated those that a probe learned on validation clips. Without this option they are"
                            + " printed if there are any, and --scores still writes what the probe was trained for.")
    private Activation activation;

    @Option(
            names = "--top",
            paramLabel = "N",
            description = "Classes to print for each recording, at least 1 (default: ${DEFAULT-VALUE}).")
    private int top = 3;

    @Override
    public Integer call() throws IOException {
        begin();
        if (top < 1) {
            throw CommandException.usage(
                    "--top is at least 1, the number of classes to print for each recording: " + top);
        }
        openBackend();
        OpenEncoder loaded = probe.isGiven()
                ? openedAtSpeed(encoder, SavedProbe.find(probe.file(), null), "probe")
                : opened(encoder);
        ScoringHead head = probe.isGiven() ? ofProbe(loaded) : ScoringHead.ofEncoder(loaded);
        Tagging tagging = new Tagging(head, activation, audio.strict());
        ClipDivision divided = division.divide(
                audio,
                audio.choose(record, remarks()),
                loaded.encoder().describe().speed(),
                this::tell,
                record);
        try (OutputFolder output = scores == null ? null : claimFile(scores)) {
            tag(loaded, tagging, divided);
            if (output != null) {
                output.finish();
            }
        }
        return status;
    }

    private ScoringHead ofProbe(OpenEncoder loaded) throws IOException {
        Path file = probe.file();
        record.input(file);
        ScoringHead head = ScoringHead.ofProbe(file, loaded, loaded.key(audio.resampling(), DType.F32));
        ProbeFiles.remarkOnMissingDigest(file, this::tell);
        return head;
    }

    private void tag(OpenEncoder loaded, Tagging tagging, ClipDivision divided) throws IOException {
        List<AudioClip> clips = divided.clips();
        try (ClipProgress progress = progress("tagging", clips, loaded.encoder().describe());
                ClipPass pass = audio.pass("tag", divided, loaded.encoder().describe(), CHUNK)) {
            tagging.run(pass, progress);
        }
        tagging.requireSome(clips.size());
        warnings.end(record);
        if (scores != null) {
            tagging.write(scores);
            tagging.describe(loaded.note(record, audio.resampling())).writeBeside(scores);
        }
        TagTable table = tagging.table(top);
        print(table.document(), o -> {
            if (scores == null) {
                table.print(o);
            }
            tagging.print(o, scores);
        });
    }
}
