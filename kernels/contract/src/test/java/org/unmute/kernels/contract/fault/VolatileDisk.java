package org.unmute.kernels.contract.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Separates data that a device holds for certain from data that a loss of power can still remove. Bytes are certain
 * once their file is forced, names once their folder is. A folder itself is on the device once it is created. Paths are
 * those of the operating system. Thread-safe.
 */
public final class VolatileDisk {
    private static final int SECTOR = 512;

    private final Path root;
    private final TreeSet<Path> folders = new TreeSet<>();
    /** Deleted folders whose parents have not been forced. */
    private final Set<Path> removed = new HashSet<>();

    private final Map<Path, Content> names = new TreeMap<>();
    private final Map<Path, Content> forcedNames = new TreeMap<>();
    private final List<Renaming> pending = new ArrayList<>();

    /** The bytes of a file, independent of its name. */
    static final class Content {
        private byte[] forced = new byte[0];
        private final List<Change> changes = new ArrayList<>();
    }

    /** Bytes written at a position, or, if there are none, a truncation to it. */
    private record Change(long at, byte[] bytes) {
        byte[] applied(byte[] to) {
            int from = Math.toIntExact(at);
            if (bytes == null) {
                return Arrays.copyOf(to, Math.min(from, to.length));
            }
            byte[] all = Arrays.copyOf(to, Math.max(to.length, from + bytes.length));
            System.arraycopy(bytes, 0, all, from, bytes.length);
            return all;
        }
    }

    /** Names that change together. A null content removes the name. */
    private record Renaming(Map<Path, Content> to) {
        boolean isIn(Path folder) {
            return to.keySet().stream().anyMatch(p -> p.getParent().equals(folder));
        }

        boolean isBelow(Path folder) {
            return to.keySet().stream().allMatch(p -> p.startsWith(folder));
        }

        void apply(Map<Path, Content> names) {
            to.forEach((path, content) -> {
                if (content == null) {
                    names.remove(path);
                } else {
                    names.put(path, content);
                }
            });
        }
    }

    /** A device that holds all files below a folder. */
    public VolatileDisk(Path root) throws IOException {
        this.root = FaultPlan.plain(root);
        try (Stream<Path> all = Files.walk(this.root)) {
            for (Path path : all.toList()) {
                if (Files.isDirectory(path)) {
                    folders.add(path);
                } else {
                    Content content = new Content();
                    content.forced = Files.readAllBytes(path);
                    names.put(path, content);
                    forcedNames.put(path, content);
                }
            }
        }
    }

    private static Path key(Path path) {
        return FaultPlan.plain(path);
    }

    synchronized Content content(Path file) {
        return names.get(key(file));
    }

    synchronized void opened(Path file, boolean there, boolean truncated) {
        Path key = key(file);
        if (!key.startsWith(root)) {
            return;
        }
        if (!there) {
            Content content = new Content();
            names.put(key, content);
            pending.add(new Renaming(Map.of(key, content)));
        } else if (truncated && names.containsKey(key)) {
            truncated(names.get(key), 0);
        }
    }

    synchronized void written(Content content, long at, byte[] bytes) {
        content.changes.add(new Change(at, bytes));
    }

    synchronized void truncated(Content content, long size) {
        content.changes.add(new Change(size, null));
    }

    /** Records that a file was forced, or, without content, a folder. */
    synchronized void forced(Path path, Content content) {
        if (content != null) {
            content.forced = now(content);
            content.changes.clear();
            return;
        }
        Path folder = key(path);
        pending.removeIf(change -> {
            if (change.isIn(folder)) {
                change.apply(forcedNames);
                return true;
            }
            return false;
        });
        // If the removal of a folder is certain, so is that of its contents.
        for (Path gone : List.copyOf(removed)) {
            if (gone.getParent().equals(folder)) {
                forcedNames.keySet().removeIf(name -> name.startsWith(gone));
                pending.removeIf(change -> change.isBelow(gone));
                removed.remove(gone);
            }
        }
    }

    private static byte[] now(Content content) {
        byte[] bytes = content.forced;
        for (Change change : content.changes) {
            bytes = change.applied(bytes);
        }
        return bytes;
    }

    synchronized void folder(Path folder) {
        if (key(folder).startsWith(root)) {
            folders.add(key(folder));
            removed.remove(key(folder));
        }
    }

    synchronized void deleted(Path path) {
        Path key = key(path);
        if (folders.remove(key)) {
            removed.add(key);
        } else if (names.containsKey(key)) {
            names.remove(key);
            Map<Path, Content> gone = new HashMap<>();
            gone.put(key, null);
            pending.add(new Renaming(gone));
        }
    }

    synchronized void renamed(Path from, Path to) {
        if (!key(to).startsWith(root)) {
            return;
        }
        Content content = names.remove(key(from));
        if (content == null) {
            throw new IllegalStateException("no command renames a folder: " + from);
        }
        names.put(key(to), content);
        Map<Path, Content> both = new HashMap<>();
        both.put(key(from), null);
        both.put(key(to), content);
        pending.add(new Renaming(both));
    }

    /**
     * Replaces the files below the root by those that survive a loss of power.
     *
     * @param seed seed of the random part of the survival
     */
    public synchronized void lose(Survival survival, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Path, Content> left = new TreeMap<>(forcedNames);
        int some = random.nextInt(pending.size() + 1);
        int count = switch (survival) {
            case NOTHING -> 0;
            case SOME -> some;
            case NAMES, ZEROS, EVERYTHING -> pending.size();
        };
        pending.subList(0, count).forEach(change -> change.apply(left));
        Map<Content, byte[]> bytes = new HashMap<>();
        left.values().forEach(c -> bytes.computeIfAbsent(c, content -> left(content, survival, random)));
        clear(root);
        for (Path folder : folders) {
            Files.createDirectories(folder);
        }
        for (Map.Entry<Path, Content> file : left.entrySet()) {
            Files.createDirectories(file.getKey().getParent());
            Files.write(file.getKey(), bytes.get(file.getValue()));
        }
    }

    private static byte[] left(Content content, Survival survival, SplittableRandom random) {
        return switch (survival) {
            case NOTHING, NAMES -> content.forced;
            case ZEROS -> Arrays.copyOf(content.forced, now(content).length);
            case EVERYTHING -> now(content);
            case SOME -> some(content, random);
        };
    }

    /** Applies all changes up to a random one, and half the sectors of the writes after it. */
    private static byte[] some(Content content, SplittableRandom random) {
        byte[] bytes = content.forced;
        int whole = random.nextInt(content.changes.size() + 1);
        for (Change change : content.changes.subList(0, whole)) {
            bytes = change.applied(bytes);
        }
        for (Change change : content.changes.subList(whole, content.changes.size())) {
            if (change.bytes() == null) {
                break; // data written after a truncation is not there without the truncation
            }
            for (int from = 0; from < change.bytes().length; ) {
                int to = (int) Math.min(
                        change.bytes().length, ((change.at() + from) / SECTOR + 1) * SECTOR - change.at());
                if (random.nextBoolean()) {
                    byte[] sector = Arrays.copyOfRange(change.bytes(), from, to);
                    bytes = new Change(change.at() + from, sector).applied(bytes);
                }
                from = to;
            }
        }
        return bytes;
    }

    /** Deletes everything in a folder, but not the folder itself. */
    public static void clear(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(folder)) {
            all = paths.filter(p -> !p.equals(folder))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
