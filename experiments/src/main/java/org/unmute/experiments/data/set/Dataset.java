package org.unmute.experiments.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.experiments.data.LabelSet;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.data.Part;

/** A data set, read from its own files. */
public interface Dataset {
    /** Name, parts, metric and the files expected. */
    DatasetInfo info();

    /**
     * The classes in the order of a probe's outputs.
     *
     * @param root folder of the data set; only opened if the set's files hold the list
     * @throws MalformedTableException if a file of the set is malformed
     * @throws DatasetException if the files do not hold the expected classes
     * @throws IOException if a file cannot be read
     */
    LabelSet labels(Path root) throws IOException;

    /**
     * The parts in a folder, in order: the set's own, or those found if the folder decides.
     *
     * @param root folder of the data set
     * @throws IOException if its list cannot be read
     */
    default List<Part> parts(Path root) throws IOException {
        return List.copyOf(info().parts().keySet());
    }

    /**
     * The clips of a part. Every row of the set's lists becomes a clip or is named in the report.
     *
     * @param root folder of the data set
     * @throws MalformedTableException if a list is malformed: ragged row, unknown label, repeated clip, path that
     *     leaves the root
     * @throws DatasetException if expected files are missing, the set has no such part, or more clips are missing or
     *     unusable than the options allow
     * @throws IOException if a file cannot be read
     */
    Reading read(Path root, Part part, ReadOptions options) throws IOException;
}
