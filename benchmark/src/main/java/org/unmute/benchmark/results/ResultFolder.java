package org.unmute.benchmark.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.unmute.files.InputException;

/**
 * The output folder of {@code unmute benchmark}: its grid and its finished and unfinished cells.
 *
 * @param folder path of the folder
 * @param grid       the planned grid
 * @param cells      the finished cells, in the order of their paths
 * @param unfinished {@code encoder/dataset/probe} of cells of the grid without a {@code cell.json}
 */
public record ResultFolder(Path folder, GridFile grid, List<FinishedCell> cells, List<String> unfinished) {

    public ResultFolder {
        cells = List.copyOf(cells);
        unfinished = List.copyOf(unfinished);
    }

    /**
     * Reads a run.
     *
     * @throws InputException naming the folder if it is not that of a run, or the damaged file in it
     * @throws IOException if a folder cannot be listed
     */
    public static ResultFolder read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new InputException(folder + ": no such folder: a run of 'unmute benchmark' is expected");
        }
        GridFile grid = GridFile.read(folder);
        List<FinishedCell> cells = new ArrayList<>();
        Set<Path> finished = new HashSet<>();
        try (Stream<Path> files = Files.find(
                folder,
                4,
                (f, a) -> a.isRegularFile() && f.getFileName().toString().equals(FinishedCell.FILE))) {
            for (Path file : files.sorted().toList()) {
                if (folder.relativize(file).getNameCount() == 4) {
                    cells.add(FinishedCell.read(file.getParent()));
                    finished.add(file);
                }
            }
        }
        List<String> unfinished = grid.planned().stream()
                .filter(path -> !finished.contains(folder.resolve(path).resolve(FinishedCell.FILE)))
                .toList();
        return new ResultFolder(folder, grid, cells, unfinished);
    }
}
