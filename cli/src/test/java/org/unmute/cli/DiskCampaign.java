package org.unmute.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.ExitCode;

/**
 * Runs every writing command where it cannot write: on a full disk and in read-only folders. It is started as a
 * separate process, with a small file system and without superuser privileges: {@code DiskCampaign WORK [DISK]}.
 */
final class DiskCampaign {
    private static final int PAGE = 4096;
    /**
     * Number of amounts of free space that are tried, from none, where commands stop at their locks, to the amount
     * needed.
     */
    private static final int LEVELS = Integer.getInteger("unmute.disk.levels", 2);

    private final Path work;
    private final WritingCommands commands;
    private final List<String> failures = new ArrayList<>();
    private final ConsoleTable table = new ConsoleTable("command", "where", "status", "message");

    private DiskCampaign(Path work) throws IOException {
        this.work = work;
        commands = new WritingCommands(Files.createDirectories(work.resolve("inputs")));
    }

    /**
     * Runs the campaign and prints each message.
     *
     * @param args a working folder and, optionally, the mount point of a small file system that the campaign may fill
     */
    public static void main(String[] args) throws IOException {
        DiskCampaign campaign = new DiskCampaign(Path.of(args[0]));
        for (WritingCommands.Case command : campaign.commands.all()) {
            if (args.length > 1) {
                campaign.fill(command, Path.of(args[1]));
            }
            campaign.lock(command);
        }
        System.out.print(campaign.table.text());
        campaign.failures.forEach(System.out::println);
        System.exit(campaign.failures.isEmpty() ? 0 : 1);
    }

    /** Runs a command on a disk that becomes full meanwhile, then again with enough space. */
    private void fill(WritingCommands.Case command, Path disk) throws IOException {
        Path out = disk.resolve("out");
        FileStore store = Files.getFileStore(disk);
        Files.createDirectories(out);
        long before = store.getUsableSpace();
        command.run(out).endsWith(ExitCode.OK);
        long needed = before - store.getUsableSpace();
        TreeMap<String, String> expected = FolderContent.of(out);
        for (int level = 0; level < LEVELS; level++) {
            FolderContent.delete(out);
            Files.createDirectories(out);
            long free = (long) Math.ceil((double) level / LEVELS * needed / PAGE) * PAGE;
            Path filler = disk.resolve("filler");
            occupy(filler, store.getUsableSpace() - free);
            Ran full = command.run(out);
            Files.delete(filler);
            String where = "disk with " + free / 1024 + " of " + needed / 1024 + " KiB free";
            if (level > 0 && full.status() == ExitCode.OK) {
                continue; // some of the pages counted as needed were used only temporarily
            }
            show(command, where, full);
            if (full.err().contains("are free there")) {
                // The command predicted the lack of space; --yes makes it try nevertheless.
                require(full.status() == ExitCode.INPUT, command, where, "status is not 3", full);
                // By then 'find' has cut the clips around the boxes.
                boolean nothing = command.name().equals("find")
                        ? FolderContent.of(out).keySet().stream().noneMatch(name -> name.contains("shard"))
                        : FolderContent.of(out).isEmpty();
                require(nothing, command, where, "has written something", full);
                occupy(filler, store.getUsableSpace() - free);
                full = command.run(out, "--yes");
                Files.delete(filler);
                show(command, where + ", --yes", full);
            }
            require(full.status() == ExitCode.FAILED, command, where, "status is not 1", full);
            require(full.err().contains("No space left on device"), command, where, "does not say why", full);
            require(full.err().contains(disk.toString()), command, where, "does not name a file", full);
            require(!full.err().contains("\tat "), command, where, "prints a stack trace", full);
            Ran again = command.run(out);
            require(again.status() == ExitCode.OK, command, where, "does not end once there is room", again);
            TreeMap<String, String> actual = FolderContent.of(out);
            require(
                    actual.equals(expected),
                    command,
                    where,
                    "leaves other files than an undisturbed run: " + difference(expected, actual),
                    again);
        }
        FolderContent.delete(out);
    }

    private static String difference(TreeMap<String, String> expected, TreeMap<String, String> actual) {
        List<String> names = new ArrayList<>();
        Stream.concat(expected.keySet().stream(), actual.keySet().stream())
                .distinct()
                .filter(name -> !expected.getOrDefault(name, "").equals(actual.getOrDefault(name, "")))
                .forEach(names::add);
        return names.toString();
    }

    /** Writes a file of a given size, or as much of it as there is space for. */
    private static void occupy(Path file, long bytes) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (out.position() < bytes) {
                out.write(page.clear().limit((int) Math.min(PAGE, bytes - out.position())));
            }
        } catch (IOException e) {
            return; // full already
        }
    }

    /** Runs a command in a read-only folder, once with a new folder and once with an earlier result in it. */
    private void lock(WritingCommands.Case command) throws IOException {
        Path parent = Files.createDirectories(work.resolve("locked"));
        Path fresh = parent.resolve("new");
        Path earlier = parent.resolve("earlier");
        Files.createDirectories(earlier);
        command.run(earlier).endsWith(ExitCode.OK);
        TreeMap<String, String> before = FolderContent.of(earlier);
        permit(parent, "r-xr-xr-x", "r--r--r--");
        refused(command, "folder that cannot be created", fresh, parent);
        refused(command, "folder with an earlier result", earlier, parent);
        boolean created = Files.exists(fresh);
        TreeMap<String, String> after = FolderContent.of(earlier);
        permit(parent, "rwxr-xr-x", "rw-r--r--");
        if (created || !after.equals(before)) {
            failures.add(command.name() + ": changed a read-only folder");
        }
        FolderContent.delete(parent);
    }

    private void refused(WritingCommands.Case command, String where, Path out, Path parent) {
        Ran ran = command.run(out);
        show(command, where, ran);
        require(ran.status() == ExitCode.INPUT, command, where, "status is not 3", ran);
        require(ran.err().contains("no permission"), command, where, "does not say why", ran);
        require(ran.err().contains(parent.toString()), command, where, "does not name a file", ran);
    }

    private static void permit(Path folder, String folders, String files) throws IOException {
        List<Path> all;
        // The root becomes writable before its tree is walked; children change before their parents, which may become
        // read-only.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Stream<Path> tree = Files.walk(folder)) {
            all = tree.toList();
        }
        for (Path path : all.reversed()) {
            Files.setPosixFilePermissions(
                    path, PosixFilePermissions.fromString(Files.isDirectory(path) ? folders : files));
        }
    }

    private void show(WritingCommands.Case command, String where, Ran ran) {
        String last =
                ran.err().lines().filter(l -> !l.isBlank()).reduce((a, b) -> b).orElse("");
        table.row(command.name(), where, ran.status(), last.replace(work.toString(), "WORK"));
    }

    private void require(boolean holds, WritingCommands.Case command, String where, String problem, Ran ran) {
        if (!holds) {
            failures.add(command.name() + ", " + where + ": " + problem + "\n" + ran);
        }
    }
}
