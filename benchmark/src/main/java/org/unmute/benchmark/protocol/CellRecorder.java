package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes the results of a cell. After a kill in between, the resumed cell writes them again. */
public interface CellRecorder {
    /**
     * A seed of the chosen configuration was scored on the test part; its probes are in the folder already.
     *
     * @param folder the seed's folder, which exists
     * @param folds the test scores, in order of folds
     */
    void seed(CellId cell, SeedResult result, Path folder, List<FoldScores> folds) throws IOException;

    /**
     * The cell is finished; the file that marks it as finished is written last.
     *
     * @param folder the cell's folder
     */
    void finished(CellResult result, Path folder) throws IOException;
}
