package org.unmute.experiments.protocol;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes what a cell came to. What it writes is written anew where a process was killed in between. */
public interface CellRecorder {
    /**
     * A seed of the chosen configuration was scored on the test part; its probes are in the folder already.
     *
     * @param folder the seed's, which exists
     * @param folds in order
     */
    void seed(CellId cell, SeedResult result, Path folder, List<FoldScores> folds) throws IOException;

    /**
     * The cell is done; whatever marks it as finished is written last.
     *
     * @param folder the cell's
     */
    void finished(CellResult result, Path folder) throws IOException;
}
