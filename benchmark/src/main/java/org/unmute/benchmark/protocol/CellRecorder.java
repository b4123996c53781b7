package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes the results of a cell. If the process is killed in between, the resumed cell writes them again. */
public interface CellRecorder {
    /**
     * Called when a seed of the chosen configuration has been scored on the test part. Its probes are already in the
     * folder.
     *
     * @param folder the seed's folder, which exists
     * @param folds the test scores, in order of folds
     */
    void seed(CellId cell, SeedResult result, Path folder, List<FoldScores> folds) throws IOException;

    /**
     * Called when the cell is finished. The file that marks it as finished is written last.
     *
     * @param folder the cell's folder
     */
    void finished(CellResult result, Path folder) throws IOException;
}
