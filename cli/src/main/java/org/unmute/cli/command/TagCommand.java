package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.DivisionOptions;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.cli.probe.TagTable;
import org.unmute.data.ClipDivision;
import org.unmute.data.CsvWriter;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.scoring.Activation;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.events.scoring.ScoringHead;
import org.unmute.options.EncoderOptions;
import org.unmute.options.ProbeOption;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipPass;
import org.unmute.probes.cache.ClipSound;
import org.unmute.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores recordings with an encoder's own classification head or with a probe. */
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

    @Option(names = "--scores", paramLabel = "FILE", description = "Write the scores of all classes to this CSV file.")
    private Path scores;

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
            description = "Classes to print for each recording (default: ${DEFAULT-VALUE}).")
    private int top = 3;

    /** What the printed scores are. */
    private Activation printed;

    private record Tagged(AudioClip clip, float[] scores, TagTable.Row row, String reason) {}

    @Override
    public Integer call() throws IOException {
        begin();
        openBackend();
        OpenEncoder loaded = probe.isGiven()
                ? openedAtSpeed(encoder, SavedProbe.find(probe.file(), null), "probe")
                : opened(encoder);
        ScoringHead head = probe.isGiven() ? ofProbe(loaded) : ScoringHead.ofEncoder(loaded);
        if (activation == Activation.calibrated && head.decisions() == null) {
            throw CommandException.usage("--activation calibrated: " + head.about()
                    + " has learned no calibration: train a probe with validation clips ('unmute probe --val-split')");
        }
        printed = activation == null && head.decisions() != null ? Activation.calibrated : activation;
        if (activation == null) {
            activation = Activation.trained(head);
        }
        printed = printed == null ? activation : printed;
        ClipDivision divided = division.divide(
                audio,
                audio.choose(record, remarks()),
                loaded.encoder().describe().speed(),
                this::tell,
                record);
        try (OutputFolder output = scores == null ? null : claimFile(scores)) {
            tag(loaded, head, divided);
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

    private void tag(OpenEncoder loaded, ScoringHead head, ClipDivision divided) throws IOException {
        List<AudioClip> clips = divided.clips();
        List<Tagged> tagged = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        try (ClipProgress progress = progress("tagging", clips, loaded.encoder().describe());
                ClipPass pass = audio.pass("tag", divided, loaded.encoder().describe(), CHUNK)) {
            while (pass.hasNext()) {
                List<ClipSound> sounds = pass.next();
                sounds.forEach(progress::read);
                for (Tagged t : sounds.parallelStream().map(s -> tag(head, s)).toList()) {
                    if (t.reason() == null) {
                        tagged.add(t);
                        progress.done(t.clip());
                    } else if (audio.strict()) {
                        throw CommandException.input(t.reason());
                    } else {
                        skipped.add(t.reason());
                        progress.leftOut(t.clip(), t.reason());
                    }
                }
            }
        }
        if (tagged.isEmpty()) {
            throw CommandException.input("none of the " + clips.size() + " recordings could be used");
        }
        warnings.end(record);
        if (scores != null) {
            write(tagged, head.classes());
            loaded.note(record, audio.resampling())
                    .result("head", head.about())
                    .result("activation", activation.name())
                    .result("tagged", tagged.size())
                    .result("skipped", skipped)
                    .writeTo(recordBeside(scores));
        }
        String kind = printed == Activation.none
                ? "logit"
                : printed == Activation.calibrated ? "calibrated probability" : "probability";
        print(new TagTable(head, top, kind), tagged, skipped, written());
    }

    /** What the table of scores has, where it is not what is printed. */
    private String written() {
        if (scores == null) {
            return "";
        }
        return printed == activation
                ? ", scores in " + scores
                : ", raw scores in " + scores + " (--activation calibrated writes the calibrated ones that tag prints)";
    }

    private Tagged tag(ScoringHead head, ClipSound sound) {
        try {
            if (sound.failure() != null) {
                return failed(sound.clip(), sound.failure());
            }
            float[] logits = head.logits(sound.samples());
            float[] shown = printed.of(head, logits);
            float[] raw = head.decisions() == null ? null : head.rawScores(logits);
            return new Tagged(
                    sound.clip(),
                    activation.of(head, logits),
                    new TagTable.Row(sound.clip().id(), shown, raw),
                    null);
        } catch (IllegalArgumentException | OutOfMemoryError e) {
            return failed(sound.clip(), e);
        }
    }

    private static Tagged failed(AudioClip clip, Throwable e) {
        return new Tagged(clip, null, null, clip.id() + ": " + Failure.of(e).message());
    }

    private void write(List<Tagged> tagged, List<String> classes) throws IOException {
        List<String> columns = new ArrayList<>(List.of("file"));
        columns.addAll(classes);
        CsvWriter table = new CsvWriter(columns.toArray(String[]::new));
        for (Tagged t : tagged) {
            List<Object> row = new ArrayList<>(List.of(t.clip().id()));
            for (float f : t.scores()) {
                row.add(f);
            }
            table.row(row.toArray());
        }
        table.write(scores);
    }

    private void print(TagTable table, List<Tagged> tagged, List<String> skipped, String written) throws IOException {
        tagged.forEach(t -> table.add(t.row()));
        print(table.document(), o -> {
            if (scores == null) {
                table.print(o);
            }
            o.println(tagged.size() + " recordings tagged, " + skipped.size() + " skipped" + written);
            skipped.forEach(reason -> o.println("  skipped " + reason));
        });
    }
}
