package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.grid.Grid;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;

/**
 * A grid and the cells of it that a run processes.
 *
 * @param grid  the whole grid
 * @param cells at least one, in the order of the grid
 */
public record CellSelection(Grid grid, List<Cell> cells) {
    public CellSelection {
        cells = List.copyOf(cells);
    }

    /**
     * Reads a grid and requires the files of the selected cells to exist; files of other cells may be missing.
     *
     * @param file the grid file; see {@link Grid#read}
     * @param only patterns of {@link CellPatterns}; none for all cells
     * @throws SettingsException if the file name is not that of a TOML file, or a pattern matches no cell
     * @throws InputException naming the problem in the file, or the missing files
     */
    public static CellSelection read(Path file, List<String> only) throws IOException {
        CellSelection selection;
        try {
            Grid grid = Grid.read(file);
            selection = new CellSelection(grid, CellPatterns.of(grid.cells(), only));
        } catch (IllegalArgumentException e) {
            throw new SettingsException(e.getMessage(), e);
        }
        selection.requireFiles();
        return selection;
    }

    private void requireFiles() {
        if (cells.isEmpty()) {
            throw new InputException(grid.file() + " has no cell: no probe runs on any of its encoders and data sets");
        }
        List<Path> missing = new Grid(
                        grid.file(),
                        cells.stream().map(Cell::encoder).distinct().toList(),
                        cells.stream().map(Cell::dataset).distinct().toList(),
                        List.of(),
                        grid.protocol())
                .missing();
        if (!missing.isEmpty()) {
            throw new InputException(grid.file() + " names "
                    + (missing.size() == 1
                            ? "a file or folder that is not there: "
                            : missing.size() + " files or folders that are not there: ")
                    + String.join(", ", missing.stream().map(Path::toString).toList())
                    + ": correct the paths, which are relative to the grid's file, or choose other cells with"
                    + " --only");
        }
    }
}
