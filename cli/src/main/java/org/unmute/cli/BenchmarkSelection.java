package org.unmute.cli;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.unmute.cli.console.CommandException;
import org.unmute.experiments.grid.Cell;

/**
 * Chooses cells by patterns: encoder, data set and probe with slashes between, a star for any; what is left out at the
 * end is any.
 */
public final class BenchmarkSelection {
    private static final int DEPTH = 3;

    private BenchmarkSelection() {}

    /** The cells that one of the patterns names, in their order; all without patterns. */
    public static List<Cell> of(List<Cell> cells, List<String> patterns) {
        if (patterns.isEmpty()) {
            return cells;
        }
        List<PathMatcher> matchers = new ArrayList<>();
        for (String pattern : patterns) {
            PathMatcher own = matcher(pattern);
            if (cells.stream().noneMatch(c -> own.matches(Path.of(c.path())))) {
                throw CommandException.usage("--only " + pattern + " names no cell: there are, for instance, "
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
            throw CommandException.usage("--only takes ENCODER/DATASET/PROBE, each with * for any, not " + pattern);
        }
        StringBuilder glob = new StringBuilder("glob:");
        for (int i = 0; i < DEPTH; i++) {
            glob.append(i == 0 ? "" : "/").append(i < names.length && !names[i].isEmpty() ? names[i] : "*");
        }
        try {
            return FileSystems.getDefault().getPathMatcher(glob.toString());
        } catch (PatternSyntaxException e) {
            throw CommandException.usage("--only " + pattern + " is no pattern: " + e.getDescription(), e);
        }
    }
}
