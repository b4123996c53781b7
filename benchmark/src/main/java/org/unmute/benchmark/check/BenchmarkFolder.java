package org.unmute.benchmark.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.benchmark.protocol.SeedResult;
import org.unmute.benchmark.results.CellDetail;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;
import org.unmute.files.InputException;

/**
 * Checks a folder of a benchmark: that the cells of its grid are finished, and that finished ones have what a report
 * reads. Files with checksums are checked one by one elsewhere.
 */
final class BenchmarkFolder {
    /** The file that makes a folder one of a benchmark. */
    static final String GRID = GridFile.FILE;
    /** The file that makes a cell a finished one. */
    static final String CELL = FinishedCell.FILE;

    private static final String PROBE = "probe.safetensors";

    private final Path folder;
    private final StatedCommand run;
    private final FolderCheck.Scope scope;
    private final Findings findings;

    /** @param run the record of the last run that ended, or null */
    BenchmarkFolder(Path folder, StatedCommand run, FolderCheck.Scope scope, Findings findings) {
        this.folder = folder;
        this.run = run;
        this.scope = scope;
        this.findings = findings;
    }

    /** The command of a run that has not written its record yet, as the grid states it; null if the grid does not. */
    static String command(Path folder) {
        try {
            JsonNode file = Json.read(folder.resolve(GRID)).path("file");
            return file.isTextual()
                    ? new StatedCommand(
                                    List.of("unmute", "benchmark", file.asText(), "--out", folder.toString()),
                                    Json.object())
                            .shell()
                    : null;
        } catch (IOException | InputException e) {
            return null;
        }
    }

    /**
     * Checks the grid and its cells, once all files are checked.
     *
     * @return what the folder holds, in words
     */
    String check() {
        GridFile grid;
        try {
            grid = GridFile.read(folder);
        } catch (InputException e) {
            if (!findings.isDamagedIn(folder.resolve(GRID))) {
                scope.item()
                        .add(
                                Finding.Kind.DAMAGED,
                                folder.resolve(GRID),
                                FolderCheck.said(e),
                                scope.command() == null
                                        ? "run the same 'unmute benchmark' command again, which writes it anew"
                                        : "run: " + scope.command() + ", which writes it anew");
            }
            return "";
        }
        int finished = 0;
        int begun = 0;
        for (String path : grid.planned()) {
            Path cell = folder.resolve(path).normalize();
            if (!cell.startsWith(folder.normalize())) {
                continue; // a grid of somebody else may name any folder
            }
            if (Files.isRegularFile(cell.resolve(CELL))) {
                finished++;
                finished(folder.resolve(path));
            } else if (Files.exists(cell.resolve(CellRun.SETTINGS))) {
                begun++;
            }
        }
        try {
            RetrievalFile.of(folder, grid.planned());
        } catch (InputException | IOException e) {
            if (!findings.isDamagedIn(folder)) {
                scope.item()
                        .add(
                                Finding.Kind.DAMAGED,
                                folder,
                                FolderCheck.said(e),
                                "delete the file; the same 'unmute benchmark' command makes it again");
            }
        }
        String content = finished + " of " + Units.count(grid.planned().size(), "cell") + " finished";
        // Of a grid, a command may work on some cells only.
        JsonNode cells = run == null ? null : run.results().path("cells");
        if (begun > 0
                || cells == null
                || !cells.path("unfinished").isEmpty()
                || !cells.path("failed").isEmpty()) {
            scope.item().add(Finding.Kind.UNFINISHED, folder, content, scope.goOn());
        }
        return content;
    }

    private void finished(Path cell) {
        try {
            FinishedCell result = FinishedCell.read(cell);
            CellDetail.read(result);
            for (SeedResult seed : result.seeds()) {
                Path probe = cell.resolve(seed.folder()).resolve(PROBE);
                if (!Files.isRegularFile(probe)) {
                    throw new InputException(probe + ": is missing");
                }
            }
        } catch (InputException e) {
            if (!findings.isDamagedIn(cell)) {
                scope.item()
                        .add(
                                Finding.Kind.DAMAGED,
                                cell,
                                FolderCheck.said(e),
                                new FolderCheck.Scope(scope.item(), scope.command(), "delete the folder " + cell)
                                        .remedy(cell));
            }
        }
    }
}
