package org.unmute.benchmark.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Collects the findings of a check. */
final class Findings {
    private final List<Finding> all = new ArrayList<>();
    private final List<CheckedItem> items = new ArrayList<>();
    /** Folders that are checked as a whole; a problem of such a folder does not apply to each of its files. */
    private final Set<Path> begun = new HashSet<>();

    private final Consumer<Path> done;

    /** @param done receives each file that was examined */
    Findings(Consumer<Path> done) {
        this.done = done;
    }

    List<Finding> all() {
        return all;
    }

    List<CheckedItem> items() {
        return items;
    }

    void done(Path file) {
        done.accept(file);
    }

    /** Whether something in a folder is known to be damaged. */
    boolean isDamagedIn(Path folder) {
        return all.stream()
                .anyMatch(f -> f.kind() == Finding.Kind.DAMAGED && f.path().startsWith(folder));
    }

    /** Whether a file, or the folder of the cell or journal that contains it, is known to be damaged. */
    boolean isDamagedAt(Path file) {
        return all.stream()
                .anyMatch(f -> f.kind() == Finding.Kind.DAMAGED
                        && (file.equals(f.path()) || file.startsWith(f.path()) && !begun.contains(f.path())));
    }

    /** Begins a unit that is checked as a whole. */
    Item begin(Path path, String what) {
        begun.add(path);
        return new Item(path, what);
    }

    /** A unit that is checked as a whole. */
    final class Item {
        private final Path path;
        private final String what;
        private int files;
        private int withoutDigest;
        private Finding.Kind state;
        private boolean unfinished;

        private Item(Path path, String what) {
            this.path = path;
            this.what = what;
        }

        /** Counts a recognized file of the unit. */
        void count() {
            files++;
        }

        /** Counts a file whose structure alone can be checked. */
        void countWithoutDigest() {
            withoutDigest++;
        }

        int files() {
            return files;
        }

        /** Whether it is known to be unfinished. */
        boolean isUnfinished() {
            return unfinished;
        }

        int withoutDigest() {
            return withoutDigest;
        }

        void add(Finding.Kind kind, Path file, String problem, String remedy) {
            unfinished |= kind == Finding.Kind.UNFINISHED;
            all.add(new Finding(kind, file, shortened(problem, file), remedy));
            state = state == null || kind.compareTo(state) > 0 ? kind : state;
        }

        /** Removes the file name from the start of a reader's message, since a finding states the file anyway. */
        private static String shortened(String problem, Path file) {
            for (String prefix :
                    List.of(file + ": ", file + file.getFileSystem().getSeparator())) {
                if (problem.startsWith(prefix)) {
                    return problem.substring(prefix.length());
                }
            }
            return problem;
        }

        /** Ends the unit with a description of its contents. */
        void end(String content) {
            items.add(new CheckedItem(path, what, content, state));
        }
    }
}
