package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A symbolic link planted in the folder of a job redirects neither the job's writes nor its deletions. */
class PlantedLinksTest {
    private static final int CLIPS = 6;

    @TempDir
    Path temp;

    private Path precious;
    private Path root;

    @BeforeEach
    void prepare() throws IOException {
        precious = Files.createDirectories(temp.resolve("precious"));
        Files.writeString(precious.resolve("data"), "precious");
        Files.createDirectories(precious.resolve("folder"));
        Files.writeString(precious.resolve("folder/commit-000000.json"), "precious, too");
        Files.writeString(precious.resolve("part-00000.parquet"), "precious, too");
        root = Files.createDirectories(temp.resolve("job"));
        Files.createDirectories(temp.resolve("scratch"));
    }

    private SampleJob job() {
        return new SampleJob("file:" + root, temp.resolve("scratch"), FaultyFileSystem.configuration(), false, 1);
    }

    /** All paths below a folder, with the contents of files. */
    private static TreeMap<String, String> content(Path folder) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path each : paths.toList()) {
                all.put(each.toString(), Files.isRegularFile(each) ? Files.readString(each) : "");
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"_attempts", "tokens", "index", "events"})
    void aLinkInPlaceOfAFolderIsRefusedAndLeftAlone(String folder) throws IOException {
        TreeMap<String, String> before = content(precious);
        Files.createSymbolicLink(root.resolve(folder), precious);
        assertThatThrownBy(() -> job().run(SampleJob.clips(0, CLIPS, "1"), 3))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(root.resolve(folder).toString())
                .hasMessageContaining("a symbolic link is where a folder of the job is to be")
                .hasMessageContaining("remove it, or choose another folder");
        assertThat(content(precious)).isEqualTo(before);
        assertThat(Files.isSymbolicLink(root.resolve(folder))).isTrue();
        Files.delete(root.resolve(folder));
        job().run(SampleJob.clips(0, CLIPS, "1"), 3);
        assertThat(job().index()).hasSize(CLIPS);
    }

    /** The user chose that path, so it is trusted. */
    @Test
    void theFolderOfTheJobMayBeALink() throws IOException {
        Path other = Files.createDirectories(temp.resolve("other disk"));
        Files.delete(root);
        Files.createSymbolicLink(root, other);
        job().run(SampleJob.clips(0, CLIPS, "1"), 3);
        job().run(SampleJob.clips(0, CLIPS + 2, "1"), 3);
        assertThat(job().index()).hasSize(CLIPS + 2);
        assertThat(Files.isSymbolicLink(root)).isTrue();
        assertThat(other.resolve("key.json")).exists();
    }

    /** Temporary files of other jobs are deleted together with links among them, but not the targets of the links. */
    @Test
    void whatIsDeletedEndsAtLinks() throws IOException {
        TreeMap<String, String> before = content(precious);
        Path attempt = Files.createDirectories(root.resolve("_attempts/0badc0de/00000-1"));
        Files.createSymbolicLink(attempt.resolve("folder"), precious);
        Files.createSymbolicLink(attempt.resolve("file"), precious.resolve("data"));
        Files.createSymbolicLink(root.resolve("_attempts/0badc0de/other"), precious.resolve("folder"));
        job().run(SampleJob.clips(0, CLIPS, "1"), 3);
        assertThat(content(precious)).isEqualTo(before);
        assertThat(root.resolve("_attempts")).doesNotExist();
        assertThat(job().index()).hasSize(CLIPS);
    }

    /** A link is not accepted as the folder of another run. */
    @Test
    void aLinkAmongTheAttemptsIsRefused() throws IOException {
        TreeMap<String, String> before = content(precious);
        Path link = Files.createDirectories(root.resolve("_attempts")).resolve("0badc0de");
        Files.createSymbolicLink(link, precious.resolve("folder"));
        assertFails(() -> job().open(), link.toString(), "a symbolic link");
        assertThat(content(precious)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key.json",
                "run.lock",
                "tokens/shard-00000.tok",
                "tokens/shard-00000.toc",
                "index/part-00000.parquet",
                "events/part-00000.parquet"
            })
    void aLinkInPlaceOfAFileIsRefusedAndLeftAlone(String file) throws IOException {
        TreeMap<String, String> before = content(precious);
        for (String target : List.of("data", "not there yet", "folder")) {
            Path link = root.resolve(file);
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, precious.resolve(target));
            assertThatThrownBy(() -> job().run(SampleJob.clips(0, CLIPS, "1"), 3))
                    .as("%s -> %s", file, target)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(link.toString())
                    .hasMessageContaining("a symbolic link");
            assertThat(content(precious)).isEqualTo(before);
            assertThat(Files.isSymbolicLink(link)).isTrue();
            Files.delete(link);
        }
        job().run(SampleJob.clips(0, CLIPS, "1"), 3);
        assertThat(job().index()).hasSize(CLIPS);
    }

    /** Predictable names under which files are written before they are renamed, or are replaced. */
    @ParameterizedTest
    @ValueSource(strings = {"key.json.tmp", "tokens/run.json.tmp", "index/_manifest.json.tmp"})
    void nothingIsWrittenThroughALinkOfANameThatCanBeForeseen(String file) throws IOException {
        TreeMap<String, String> before = content(precious);
        for (String target : List.of("data", "not there yet")) {
            Path link = root.resolve(file);
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, precious.resolve(target));
            job().run(SampleJob.clips(0, CLIPS, "1"), 3);
            assertThat(content(precious)).isEqualTo(before);
            Files.deleteIfExists(link);
        }
    }

    /** The protection also applies if another file system replaces Hadoop's local one. */
    @Test
    void anotherFileSystemForLocalFilesIsGuardedAsWell() throws IOException {
        TreeMap<String, String> before = content(precious);
        Configuration configuration = FaultyFileSystem.configuration();
        configuration.set("fs.file.impl", Own.class.getName());
        configuration.setBoolean("fs.file.impl.disable.cache", true);
        JobStore store = JobStore.of("file:" + root, configuration);
        Files.createSymbolicLink(root.resolve("_attempts"), precious);
        Files.createDirectories(root.resolve("tokens"));
        Files.createSymbolicLink(root.resolve("tokens/link"), precious.resolve("data"));
        List<String> said = new ArrayList<>();
        for (String name : List.of("_attempts/a/b", "_attempts/data", "tokens/link")) {
            try {
                store.create(name).close();
            } catch (IOException e) {
                said.add(name);
            }
        }
        assertThat(said).containsExactly("_attempts/a/b", "_attempts/data", "tokens/link");
        store.delete("_attempts");
        store.delete("tokens");
        assertThat(Files.exists(root.resolve("_attempts"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
        assertThat(content(precious)).isEqualTo(before);
    }

    /** Created by Hadoop. */
    public static final class Own extends LocalFileSystem {
        /** Called by Hadoop. */
        public Own() {
            super(new Raw());
        }

        private static final class Raw extends RawLocalFileSystem {}
    }

    @Test
    void noNameLeavesTheFolder() throws IOException {
        JobStore store = JobStore.of("file:" + root, FaultyFileSystem.configuration());
        JobStore other = JobStore.of("hdfs://x" + root, FaultyFileSystem.configuration());
        for (String name : List.of("../precious", "tokens/../../precious", "/etc", "tokens//x", ".", "tokens/.")) {
            for (JobStore each : List.of(store, other)) {
                assertThatThrownBy(() -> each.delete(name)).as(name).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> each.create(name)).as(name).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> each.rename(name, "a")).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }
}
