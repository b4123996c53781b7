package org.unmute.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.ClipList;
import org.unmute.files.InputException;
import org.unmute.probes.cache.AudioClip;
import org.unmute.spark.plan.PlannedClip;

/** Folders are listed as on the command line, no matter which file system they are on. */
class FolderListingTest {
    private static final List<String> READ = List.of(
            "_folders_/_underscore.wav",
            "_folders_/a:b #1?.wav",
            "a/b/c/deep.FLAC",
            "a/x.ogg",
            "a-b/x.mp3",
            "b (1)/100% [real] {x}*.wav",
            "Zaunkönig/♪ 😀.aiff",
            "line\nfeed.au",
            "ä.wav",
            "\uFF21.wav",
            "z..wav");
    private static final List<String> LEFT =
            List.of(".hidden.wav", ".git/x.wav", "a/.x/y.wav", "b/notes.txt", "b/x.m4a", "b/y.m4a", "_SUCCESS", "wav");

    private final HadoopFiles files = new HadoopFiles(new Configuration());

    @TempDir
    Path temp;

    @BeforeEach
    void makeFiles() throws IOException {
        for (String name : READ) {
            make(name);
        }
        for (String name : LEFT) {
            make(name);
        }
    }

    private void make(String name) throws IOException {
        Files.createDirectories(temp.resolve(name).getParent());
        Files.writeString(temp.resolve(name), name);
    }

    private org.apache.hadoop.fs.Path folder() throws IOException {
        return files.qualified(temp.toString());
    }

    private static List<String> ids(FolderListing listing) {
        return listing.clips().stream().map(PlannedClip::clip).toList();
    }

    @Test
    void theSameRecordingsInTheSameOrder() throws IOException {
        List<String> expected =
                ClipList.of(temp, null).clips().stream().map(AudioClip::id).toList();
        assertThat(expected).containsExactlyInAnyOrderElementsOf(READ);
        FolderListing local = FolderListing.of(files, folder());
        FolderListing remote = FolderListing.remote(files, folder());
        assertThat(ids(local)).isEqualTo(expected);
        assertThat(ids(remote)).isEqualTo(expected);
        assertThat(remote.clips()).isEqualTo(local.clips());
    }

    @Test
    void everyFileIsFoundAgainByItsUri() throws IOException {
        for (PlannedClip clip : FolderListing.remote(files, folder()).clips()) {
            assertThat(clip.whole()).isTrue();
            assertThat(clip.file()).isEqualTo(clip.clip());
            assertThat(clip.stamp()).isEqualTo(HadoopFiles.stamp(files.status(clip.uri())));
            try (HadoopChannel channel = files.open(clip.uri(), HadoopFiles.Reading.ALL)) {
                ByteBuffer bytes = ByteBuffer.allocate(100);
                int n = channel.read(bytes);
                assertThat(new String(bytes.array(), 0, n, StandardCharsets.UTF_8))
                        .isEqualTo(clip.clip());
            }
        }
    }

    @Test
    void whatIsNotReadIsSaid() throws IOException {
        assertThat(FolderListing.remote(files, folder()).remarks())
                .containsExactly(
                        "2 .m4a files are left out, MPEG-4 audio is not read: convert them to FLAC",
                        "3 sound files whose name or folder begins with a dot left out");
        assertThat(FolderListing.of(files, folder()).remarks())
                .singleElement()
                .asString()
                .startsWith("2 .m4a files are left out, MPEG-4 audio is not read: convert each like this: ffmpeg");
    }

    @Test
    void linksAreFollowedAndCirclesAreNot() throws IOException {
        Path other = Files.createDirectory(temp.resolveSibling(temp.getFileName() + "-other"));
        Files.writeString(other.resolve("linked.wav"), "x");
        Files.createSymbolicLink(temp.resolve("outside"), other);
        Files.createSymbolicLink(temp.resolve("a/circle"), temp);
        Path link = Files.createSymbolicLink(other.resolve("way in"), temp);
        FolderListing listing = FolderListing.of(files, files.qualified(link.toString()));
        assertThat(ids(listing)).contains("outside/linked.wav", "a/x.ogg").doesNotHaveDuplicates();
        assertThat(ids(listing)).noneMatch(id -> id.startsWith("a/circle/"));
        assertThat(String.join("\n", listing.remarks())).contains("in a circle").contains("outside of the folder");
    }

    @Test
    void aFolderWithoutSoundSaysWhatItHolds() throws IOException {
        Path silent = Files.createDirectory(temp.resolve("silent"));
        Files.writeString(silent.resolve("x.opus"), "x");
        Files.writeString(silent.resolve(".y.wav"), "x");
        assertThatThrownBy(() -> FolderListing.of(files, files.qualified(silent.toString())))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("no audio in", "Opus is not read");
    }

    @Test
    void anEmptyRemoteFolderSaysWhatWasLookedFor() throws IOException {
        Configuration configuration = new Configuration();
        PretendFileSystem.register(configuration);
        HadoopFiles pretend = new HadoopFiles(configuration);
        assertThatThrownBy(() -> FolderListing.of(pretend, pretend.qualified("pretend:/0-0-1")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no audio in pretend:/0-0-1: looked for aif");
        assertThat(ids(FolderListing.of(pretend, pretend.qualified("pretend:/2-2-1"))))
                .containsExactly(
                        "_folder_0/clip:0.wav", "_folder_0/clip:1.wav", "_folder_1/clip:0.wav", "_folder_1/clip:1.wav");
    }
}
