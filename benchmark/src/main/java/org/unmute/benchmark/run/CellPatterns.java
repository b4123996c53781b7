package org.unmute.benchmark.run;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.unmute.benchmark.grid.Cell;

/**
 * Selects cells by patterns of the form {@code encoder/dataset/probe}. A star matches any name, and so do names left
 * out at the end.
 */
public final class CellPatterns {
    private static final int DEPTH = 3;

    private CellPatterns() {}

    /**
     * The cells that match any of the patterns, in their order; all cells if there are no patterns.
     *
     * @throws IllegalArgumentException for a pattern that is malformed or matches no cell
     */
    public static List<Cell> of(List<Cell> cells, List<String> patterns) {
        if (patterns.isEmpty()) {
            return cells;
        }
        List<PathMatcher> matchers = new ArrayList<>();
        for (String pattern : patterns) {
            PathMatcher own = matcher(pattern);
            if (cells.stream().noneMatch(c -> own.matches(Path.of(c.path())))) {
                throw new IllegalArgumentException("--only " + pattern + " names no cell: there are, for instance, "
                        + String.join(
                                ", ", cells.stream().limit(3).map(Cell::path).toList()));
            }
            matchers.add(own);
        }
        return cells.stream()
                .filter(c -> matchers.stream().anyMatch(m -> m.matches(Path.of(c.path()))))
                .toList();
    }

    private static PathMatcher matcher(String pattern) {
        String[] names = pattern.split("/", -1);
        if (names.length > DEPTH) {
            throw new IllegalArgumentException(
                    "--only takes ENCODER/DATASET/PROBE, each with * for any, not " + pattern);
        }
        StringBuilder glob = new StringBuilder("glob:");
        for (int i = 0; i < DEPTH; i++) {
            glob.append(i == 0 ? "" : "/").append(i < names.length && !names[i].isEmpty() ? names[i] : "*");
        }
        try {
            return FileSystems.getDefault().getPathMatcher(glob.toString());
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("--only " + pattern + " is not a pattern: " + e.getDescription(), e);
        }
    }
}
