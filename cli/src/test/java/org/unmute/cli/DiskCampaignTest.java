package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/**
 * Runs every writing command on a full disk and in read-only folders: each message states the problem and the place,
 * and the next run ends like an undisturbed one.
 */
@FullBuild("runs every command on a full disk, in a process of its own")
class DiskCampaignTest {
    /** Mounts a small file system on a folder for the rest of the command line. */
    private static final List<String> MOUNT =
            List.of("sh", "-c", "mount -t tmpfs -o size=64m unmute \"$1\" && shift && exec \"$@\"", "sh");
    /** Drops the capabilities that let the superuser write to read-only folders. */
    private static final List<String> ORDINARY = List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");

    @TempDir
    Path folder;

    @Test
    void everyCommandIsAmongThem() throws IOException {
        Set<String> all = new HashSet<>(Main.commandLine().getSubcommands().keySet());
        all.remove("help");
        all.removeAll(WritingCommands.READERS);
        assertThat(new WritingCommands(folder).all())
                .extracting(WritingCommands.Case::name)
                .containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void commandsSayThatTheyCannotWrite() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        List<String> command = new ArrayList<>();
        List<String> mounting = mounting(disk);
        command.addAll(mounting);
        if (works(join(mounting, ORDINARY, List.of("true")))) {
            command.addAll(ORDINARY);
        }
        Path readOnly = Files.createDirectories(folder.resolve("read-only"));
        assertThat(readOnly.toFile().setWritable(false)).isTrue();
        assumeTrue(
                !works(join(command, List.of("touch", readOnly.resolve("file").toString()))),
                "needs a user who may not write to read-only folders: not the superuser, or setpriv");
        String skipped = mounting.isEmpty()
                ? "skipped on a full disk: this user may mount no file system, nor open a namespace to mount one in\n"
                : "";

        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dunmute.disk.levels=" + Integer.getInteger("unmute.disk.levels", 2),
                "-cp",
                classPath(),
                DiskCampaign.class.getName(),
                Files.createDirectories(folder.resolve("work")).toString()));
        if (!mounting.isEmpty()) {
            command.add(disk.toString());
        }
        Path log = folder.resolve("campaign.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("it ends").isTrue();
        String text = skipped + Files.readString(log);
        System.out.println(text);
        Files.writeString(Path.of("target/disk-campaign.txt"), text);
        assertThat(process.exitValue()).as(text).isZero();
    }

    /** Adds the test classes, which the path of the test run may lack since they are patched into a module. */
    private static String classPath() {
        List<Path> path = new ArrayList<>(Java.path());
        path.add(Checkout.root().resolve("cli/target/test-classes"));
        return Java.joined(path);
    }

    /**
     * The command that mounts a file system in a private mount namespace, where it vanishes with the last process;
     * empty if none works.
     */
    private static List<String> mounting(Path disk) throws Exception {
        for (List<String> namespace : List.of(List.of("unshare", "-m"), List.of("unshare", "--map-root-user", "-m"))) {
            List<String> command = join(namespace, MOUNT, List.of(disk.toString()));
            if (works(join(command, List.of("true")))) {
                return command;
            }
        }
        return List.of();
    }

    @SafeVarargs
    private static List<String> join(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }

    private static boolean works(List<String> command) throws Exception {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // the program does not exist
        }
    }
}
