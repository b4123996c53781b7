package org.unmute.cli.probe;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.data.CsvWriter;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.scoring.Activation;
import org.unmute.events.scoring.ScoringHead;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipPass;
import org.unmute.probes.cache.ClipSound;

/** Scores clips one by one and collects the scores. */
public final class Tagging {
    private final ScoringHead head;
    private final Activation activation;
    private final Activation printed;
    private final boolean strict;
    private final List<Tagged> tagged = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    /**
     * @param activation of the scores to write; null for what the head was trained for, and calibrated probabilities in
     *     print if there are any
     * @param strict whether a recording that cannot be used is an error
     * @throws CommandException if the head has learned no calibration, and it is wanted
     */
    public Tagging(ScoringHead head, Activation activation, boolean strict) {
        if (activation == Activation.calibrated && head.decisions() == null) {
            throw CommandException.usage("--activation calibrated: " + head.about()
                    + " has learned no calibration: train a probe with validation clips ('unmute probe --val-split')");
        }
        this.head = head;
        this.strict = strict;
        this.activation = activation == null ? Activation.trained(head) : activation;
        printed = activation == null && head.decisions() != null ? Activation.calibrated : this.activation;
    }

    private record Tagged(AudioClip clip, float[] scores, TagTable.Row row, String reason) {}

    /**
     * Scores all clips.
     *
     * @throws CommandException if a recording cannot be used that must be, or none can
     * @throws IOException if a device or network fails to deliver a recording
     */
    public void run(ClipPass pass, ClipProgress progress) throws IOException {
        while (pass.hasNext()) {
            List<ClipSound> sounds = pass.next();
            sounds.forEach(progress::read);
            for (Tagged t : sounds.parallelStream().map(this::tag).toList()) {
                if (t.reason() == null) {
                    tagged.add(t);
                    progress.done(t.clip());
                } else if (strict) {
                    throw CommandException.input(t.reason());
                } else {
                    skipped.add(t.reason());
                    progress.leftOut(t.clip(), t.reason());
                }
            }
        }
    }

    /**
     * Requires that a recording could be used.
     *
     * @param clips number of all clips
     */
    public void requireSome(int clips) {
        if (tagged.isEmpty()) {
            throw CommandException.noneUsable(clips);
        }
    }

    private Tagged tag(ClipSound sound) {
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

    /**
     * Writes the scores of all classes as CSV.
     *
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        List<String> columns = new ArrayList<>(List.of("file"));
        columns.addAll(head.classes());
        CsvWriter table = new CsvWriter(columns.toArray(String[]::new));
        for (Tagged t : tagged) {
            List<Object> row = new ArrayList<>(List.of(t.clip().id()));
            for (float f : t.scores()) {
                row.add(f);
            }
            table.row(row.toArray());
        }
        table.write(file);
    }

    /** Adds what was scored to the record. */
    public RunRecord describe(RunRecord record) {
        return record.result("head", head.about())
                .result("activation", activation.name())
                .result("tagged", tagged.size())
                .result("skipped", skipped);
    }

    /** The best classes of each recording. */
    public TagTable table(int top) {
        String kind = printed == Activation.none
                ? "logit"
                : printed == Activation.calibrated ? "calibrated probability" : "probability";
        TagTable table = new TagTable(head, top, kind);
        tagged.forEach(t -> table.add(t.row()));
        return table;
    }

    /**
     * Prints how many recordings were scored.
     *
     * @param scores the file that was written; null for none
     */
    public void print(PrintWriter o, Path scores) {
        o.println(
                Units.count(tagged.size(), "recording") + " tagged, " + skipped.size() + " skipped" + written(scores));
        skipped.forEach(reason -> o.println("  skipped " + reason));
    }

    /** What the table of scores has, where it is not what is printed. */
    private String written(Path scores) {
        if (scores == null) {
            return "";
        }
        return printed == activation
                ? ", scores in " + scores
                : ", raw scores in " + scores + " (--activation calibrated writes the calibrated ones that tag prints)";
    }
}
