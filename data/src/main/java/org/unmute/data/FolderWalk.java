package org.unmute.data;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Visits the files in a folder and its subfolders, following symbolic links. A link to a folder that contains the link
 * is not followed, since it would never end.
 */
public final class FolderWalk {
    /**
     * Maximum number of paths by which one folder is visited. Data sets may link a folder into many others, but a few
     * folders that link to each other have more paths than could ever be visited.
     */
    private static final int MAX_PATHS = 1000;

    private final Path folder;
    private final Path real;
    private final Taker taker;
    private final Map<Object, Integer> paths = new HashMap<>();
    /** For each folder being visited, whether it lies outside the root. */
    private final Deque<Boolean> outside = new ArrayDeque<>();

    private final Examples loops = new Examples();
    private final Examples left = new Examples();
    private final Examples broken = new Examples();

    /** Receives files. */
    public interface Taker {
        /**
         * Accepts or rejects a file.
         *
         * @param file  the path
         * @param below the path relative to the folder
         * @param regular whether it is a regular file rather than a folder, a pipe or a device
         * @return whether it was accepted
         */
        boolean take(Path file, Path below, boolean regular);
    }

    /**
     * A number of paths, relative to the folder, with examples.
     *
     * @param count how many there are
     * @param first the first of them, sorted by name
     */
    public record Some(int count, List<String> first) {
        private static final Some NONE = new Some(0, List.of());

        /** Copies the list. */
        public Some {
            first = List.copyOf(first);
        }

        private String names() {
            return String.join(", ", first) + (count > first.size() ? ", …" : "");
        }
    }

    /**
     * Symbolic links that are worth reporting to the user.
     *
     * @param loops   links not followed because they lead to a folder that contains them, or to one visited too often
     * @param outside accepted files that lie outside the folder and are linked from it
     * @param broken  links that lead nowhere
     */
    public record Links(Some loops, Some outside, Some broken) {
        /** No such links. */
        public static final Links NONE = new Links(Some.NONE, Some.NONE, Some.NONE);

        /** One line for each kind of link that occurs. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            if (loops.count > 0) {
                lines.add(loops.count
                        + (loops.count == 1 ? " link leads" : " links lead")
                        + " round in a circle, which was gone through once: " + loops.names());
            }
            if (outside.count > 0) {
                lines.add(outside.count
                        + (outside.count == 1 ? " recording is a link to a file" : " recordings are links to files")
                        + " outside of the folder, read like the others: " + outside.names());
            }
            if (broken.count > 0) {
                lines.add(broken.count
                        + (broken.count == 1 ? " link leads" : " links lead")
                        + " nowhere, what should be there is left out: " + broken.names());
            }
            return lines;
        }
    }

    /** Counts paths and keeps the first. */
    private static final class Examples {
        private static final int MAX = 3;

        private final TreeSet<String> first = new TreeSet<>();
        private int count;

        void add(Path path) {
            count++;
            first.add(path.toString());
            if (first.size() > MAX) {
                first.pollLast();
            }
        }

        Some some() {
            return new Some(count, List.copyOf(first));
        }
    }

    private FolderWalk(Path folder, Taker taker) throws IOException {
        this.folder = folder;
        this.taker = taker;
        real = folder.toRealPath();
    }

    /**
     * Visits all files, in no particular order.
     *
     * @throws IOException naming the folder, if it or a subfolder cannot be read
     */
    public static Links visit(Path folder, Taker taker) throws IOException {
        try {
            FolderWalk walk = new FolderWalk(folder, taker);
            Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, walk.new Visitor());
            return new Links(walk.loops.some(), walk.left.some(), walk.broken.some());
        } catch (IOException e) {
            throw new IOException("cannot search " + folder + ": " + e, e);
        }
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
            Object key = attributes.fileKey();
            if (key != null && paths.merge(key, 1, Integer::sum) > MAX_PATHS) {
                loops.add(folder.relativize(dir));
                return FileVisitResult.SKIP_SUBTREE;
            }
            outside.push(isOutside(dir));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path dir, IOException failure) throws IOException {
            outside.pop();
            return super.postVisitDirectory(dir, failure);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Path below = folder.relativize(file);
            if (attributes.isSymbolicLink()) { // not followed, so it leads nowhere
                if (!file.getFileName().toString().startsWith(".")) {
                    broken.add(below);
                }
            } else if (taker.take(file, below, attributes.isRegularFile()) && isOutside(file)) {
                left.add(below);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (!(failure instanceof FileSystemLoopException)) {
                throw failure;
            }
            loops.add(folder.relativize(file));
            return FileVisitResult.CONTINUE;
        }
    }

    private boolean isOutside(Path path) throws IOException {
        boolean parent = !outside.isEmpty() && outside.peek();
        return Files.isSymbolicLink(path) && !path.equals(folder)
                ? !path.toRealPath().startsWith(real)
                : parent;
    }
}
