package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.unmute.data.ClipId;
import org.unmute.data.CsvWriter;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;

/**
 * Writes labelled clips as a CSV {@code file,start,end,labels,split}, which is a label file, a list of recordings and
 * the table of the data set "table". Start and end are seconds, empty for a whole file; labels are separated by ';'.
 */
public final class TrainingTable {
    private TrainingTable() {}

    /**
     * Writes the clips; a file that is there is replaced once the new one is complete.
     *
     * @throws IllegalArgumentException if a label contains ';', or begins or ends with a blank
     */
    public static void write(Path file, Manifest manifest) throws IOException {
        CsvWriter table = new CsvWriter("file", "start", "end", "labels", "split");
        for (LabelledClip clip : manifest.clips()) {
            for (String label : clip.labels()) {
                if (label.contains(";") || !label.strip().equals(label)) {
                    throw new IllegalArgumentException("labels: " + MalformedTableException.quote(label)
                            + " cannot be written to " + file + ", where ';' separates labels: rename it, or give"
                            + " --separator if it is several labels");
                }
            }
            Optional<ClipId.Part> part = ClipId.part(clip.file());
            table.row(
                    part.map(ClipId.Part::file).orElse(clip.file()),
                    part.map(p -> ClipId.seconds(p.start())).orElse(""),
                    part.map(p -> ClipId.seconds(p.end())).orElse(""),
                    String.join(";", clip.labels()),
                    clip.split());
        }
        table.write(file);
    }
}
