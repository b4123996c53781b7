package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmute.data.ClipId;
import org.unmute.data.CsvWriter;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;

/**
 * Writes labelled clips as a CSV {@code file,start,end,labels,split} that can serve as a label file, as a list of
 * recordings and as the table of the data set "table". Start and end are in seconds, empty for a whole file; labels are
 * separated by ';'. If a clip has unknown classes, a column {@code unknown} names them, or has {@code *} for all
 * classes that are not labels; if a clip has a group, the column {@code recording} names it.
 */
public final class TrainingTable {
    private TrainingTable() {}

    /**
     * Writes the clips; an existing file is replaced once the new one is complete.
     *
     * @throws IllegalArgumentException if a label contains ';', or begins or ends with a blank
     */
    public static void write(Path file, Manifest manifest) throws IOException {
        boolean known = manifest.isKnown();
        List<String> columns = new ArrayList<>(List.of("file", "start", "end", "labels", "split"));
        if (!known) {
            columns.add(LabelledClip.UNKNOWN_COLUMN);
        }
        boolean grouped =
                manifest.clips().stream().anyMatch(clip -> !clip.group().isEmpty());
        if (grouped) {
            columns.add("recording");
        }
        CsvWriter table = new CsvWriter(columns.toArray(String[]::new));
        for (LabelledClip clip : manifest.clips()) {
            requireWritable(file, clip.labels(), known);
            if (!clip.unknown().equals(LabelledClip.OTHERS)) {
                requireWritable(file, clip.unknown(), known);
            }
            Optional<ClipId.Part> part = ClipId.part(clip.file());
            List<String> row = new ArrayList<>(List.of(
                    ClipId.recording(clip.file()),
                    part.map(p -> ClipId.seconds(p.start())).orElse(""),
                    part.map(p -> ClipId.seconds(p.end())).orElse(""),
                    String.join(";", clip.labels()),
                    clip.split()));
            if (!known) {
                row.add(String.join(";", clip.unknown()));
            }
            if (grouped) {
                row.add(clip.group());
            }
            table.row(row.toArray());
        }
        table.write(file);
    }

    private static void requireWritable(Path file, List<String> labels, boolean known) {
        for (String label : labels) {
            if (label.contains(";") || !label.strip().equals(label)) {
                throw new IllegalArgumentException("labels: " + MalformedTableException.quote(label)
                        + " cannot be written to " + file + ", where ';' separates labels: rename it, or give"
                        + " --separator if it is several labels");
            }
            if (!known && LabelledClip.OTHERS.contains(label)) {
                throw new IllegalArgumentException("labels: the class '*' cannot be written to " + file
                        + ", where '*' means all classes that are not known: rename it");
            }
        }
    }
}
