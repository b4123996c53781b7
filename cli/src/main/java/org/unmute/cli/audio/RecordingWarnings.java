package org.unmute.cli.audio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Recording;
import org.unmute.audio.playback.Mixdown;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;

/**
 * Collects problems of recordings that are read nevertheless: truncated files, wrong sizes in a header, skipped bytes.
 * The first ten are shown and the others counted; the run's record holds up to a thousand. Thread-safe.
 */
public final class RecordingWarnings {
    private static final int SHOWN = 10;
    private static final int RECORDED = 1000;

    private final Consumer<String> remarks;
    private final Set<Warning> warnings = new TreeSet<>();
    /** Files whose channels cancel each other. */
    private final Set<String> cancelling = new TreeSet<>();

    private int more;

    /**
     * A warning about a recording.
     *
     * @param file    its path
     * @param warning its text
     */
    public record Warning(String file, String warning) implements Comparable<Warning> {
        @Override
        public int compareTo(Warning other) {
            int byFile = file.compareTo(other.file);
            return byFile != 0 ? byFile : warning.compareTo(other.warning);
        }
    }

    /** @param remarks receives a line for each of the first warnings, and one with the number of the others */
    public RecordingWarnings(Consumer<String> remarks) {
        this.remarks = remarks;
    }

    /** Notes a warning. Repeated warnings about the same file count once. */
    public synchronized void note(Path file, String warning) {
        Warning noted = new Warning(file.toString(), warning);
        if (warnings.contains(noted)) {
            return;
        }
        if (Mixdown.isCancellation(warning)) {
            cancelling.add(file.toString());
        }
        if (warnings.size() < RECORDED) {
            warnings.add(noted);
        } else {
            more++;
        }
        if (warnings.size() <= SHOWN) {
            remarks.accept(file + ": " + warning);
        }
    }

    /**
     * Reads a whole file and notes its warnings.
     *
     * @throws IOException if it cannot be read
     */
    public Recording read(Path file) throws IOException {
        return read(file, Mixdown.MEAN);
    }

    /**
     * Reads one channel of a whole file and notes its warnings.
     *
     * @param channel from 1, or {@link Mixdown#MEAN} for the mean of all
     * @throws IOException if it cannot be read, or lacks the channel
     */
    public Recording read(Path file, int channel) throws IOException {
        Recording recording = AudioFiles.read(file, channel);
        recording.warnings().forEach(w -> note(file, w));
        return recording;
    }

    /** Prints the number of warnings that were not shown and adds all warnings, if any, to the run's record. */
    public synchronized void end(RunRecord record) {
        int all = warnings.size() + more;
        if (all > SHOWN) {
            remarks.accept((all - SHOWN) + " more warnings about recordings"
                    + (more == 0 ? ", all in run.json" : ", " + RECORDED + " of all in run.json"));
        }
        if (!cancelling.isEmpty()) {
            remarks.accept(Units.count(cancelling.size(), "recording")
                    + " with channels that cancel each other, read as their mean: see --channels each");
            record.result("cancellingRecordings", cancelling.size());
        }
        if (all > 0) {
            record.result("recordingWarnings", List.copyOf(warnings));
        }
    }
}
