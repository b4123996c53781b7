package org.unmute.data.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.AtomicFile;
import org.unmute.files.Diagnosis;

class OutputOwnerTest {
    private static final List<String> JOB = List.of("unmute", "tag", "--scores", "x.csv");
    private static final List<String> OTHER = List.of("unmute", "tag", "--top", "1", "--scores", "x.csv");

    @TempDir
    private Path folder;

    private Path file;

    private void write(List<String> job, boolean finish) throws IOException {
        file = folder.resolve("x.csv");
        try (OutputFolder output = OutputFolder.claimFile(file, job, false)) {
            AtomicFile.write(file, "a,b\n".getBytes(StandardCharsets.UTF_8));
            new RunRecord(job).writeBeside(file);
            if (finish) {
                output.finish();
            }
        }
    }

    private static void refused(Diagnosis.Kind kind, String why, ThrowingCallable step) {
        assertThatThrownBy(step)
                .isInstanceOfSatisfying(
                        RefusedOutputException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(why);
    }

    private void refused(String why, List<String> job) {
        refused(Diagnosis.Kind.FAILED, why + ": --force replaces it", () -> OutputOwner.requireFile(file, job, false));
        assertThatCode(() -> OutputOwner.requireFile(file, job, true)).doesNotThrowAnyException();
    }

    @Test
    void theSameJobReplacesItsFile() throws IOException {
        write(JOB, true);
        OutputOwner.requireFile(file, JOB, false);
        OutputOwner.requireFile(file, List.of("unmute", "tag", "-q", "--scores", "x.csv", "--json"), false);
        refused("is already there, written by 'unmute tag --scores x.csv'", OTHER);
        write(JOB, true);
    }

    @Test
    void aFileThatWasChangedIsNotReplaced() throws IOException {
        write(JOB, true);
        Files.writeString(file, "a,b\n1,yes\n");
        refused("was changed after it had been written", JOB);
    }

    @Test
    void aFileWithoutItsManifestIsNotReplaced() throws IOException {
        write(JOB, true);
        Files.delete(FolderManifest.beside(file));
        refused("nothing says that this command wrote it", JOB);
    }

    @Test
    void aJobThatWasInterruptedGoesOn() throws IOException {
        write(JOB, false);
        assertThat(FolderManifest.read(FolderManifest.beside(file)).command()).isEqualTo(JOB);
        refused("nothing says that this command wrote it", OTHER);
        write(JOB, true);
        write(JOB, false);
        write(JOB, true);
    }

    @Test
    void linksAndFoldersAreNotReplaced() throws IOException {
        file = folder.resolve("link");
        Files.createSymbolicLink(file, Files.writeString(folder.resolve("target"), "mine"));
        refused("a symbolic link that would be replaced", JOB);
        Path broken = Files.createSymbolicLink(folder.resolve("broken"), folder.resolve("gone"));
        refused(Diagnosis.Kind.FAILED, "a symbolic link", () -> OutputOwner.requireFile(broken, JOB, false));
        refused(Diagnosis.Kind.USAGE, "is a folder", () -> OutputOwner.requireFile(folder, JOB, true));
    }

    private static void requireFolder(Path folder, String command) throws IOException {
        OutputOwner.requireFolder(folder, List.of("unmute", command, "--out", folder.toString()));
    }

    private static void refusedFolder(String why, Path folder, String command) {
        refused(Diagnosis.Kind.INPUT, why, () -> requireFolder(folder, command));
    }

    @Test
    void aFolderBelongsToTheCommandThatMadeIt() throws IOException {
        List<String> probe = List.of("unmute", "probe", "--out", "run");
        try (OutputFolder output = OutputFolder.claim(folder, probe)) {
            AtomicFile.write(folder.resolve("probe.safetensors"), new byte[] {1});
            new RunRecord(probe).write(folder);
            output.finish();
        }
        Files.writeString(folder.resolve("notes.txt"), "mine");
        requireFolder(folder, "probe");
        refusedFolder(folder + " is a folder of 'unmute probe'", folder, "summarize");
        Files.delete(folder.resolve(FolderManifest.FILE));
        requireFolder(folder, "probe");
        refusedFolder(folder + " is a folder of 'unmute probe'", folder, "summarize");
        Files.delete(folder.resolve(RunRecord.FILE));
        refusedFolder("did not write, such as ", folder, "probe");
    }

    @Test
    void whatAnInterruptedRunLeftIsItsOwn() throws IOException {
        Files.createDirectories(folder.resolve("train"));
        Files.writeString(folder.resolve("run.lock"), "");
        requireFolder(folder, "soundscape");
        // A command may begin with a folder in the folder.
        List<String> job = List.of("unmute", "probe", "--out", "run");
        try (OutputFolder _ = OutputFolder.claim(folder.resolve("background"), job)) {
            AtomicFile.write(folder.resolve("background/0.tok"), new byte[] {1});
        }
        requireFolder(folder, "probe");
        refusedFolder("such as background/", folder, "soundscape");
        try (OutputFolder _ = OutputFolder.claim(folder, job)) {
            AtomicFile.write(folder.resolve("a"), new byte[] {1});
        }
        requireFolder(folder, "probe");
        refusedFolder("is a folder of 'unmute probe'", folder, "soundscape");
    }

    /** Their manifests do not name the command that is changing the folder. */
    @Test
    void unfinishedFoldersOfEarlierVersionsGoOn() throws IOException {
        Files.write(folder.resolve(FolderManifest.FILE), new FolderManifest(false, List.of()).encode());
        Files.writeString(folder.resolve("probe.safetensors"), "");
        requireFolder(folder, "probe");
    }

    /** Records beside single files do not make a folder one of their command. */
    @Test
    void recordsOfSingleFilesSayNothingAboutTheFolder() throws IOException {
        write(List.of("unmute", "features", "--out", "x.csv"), true);
        refusedFolder("such as x.csv", folder, "features");
    }
}
