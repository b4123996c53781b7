package org.unmute.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.UnsupportedAudioException;
import org.unmute.probes.cache.AudioClip;

class ClipListTest {
    @TempDir
    Path root;

    @BeforeEach
    void recordings() throws IOException {
        for (String name :
                new String[] {"b/2.wav", "b/10.WAV", "a.flac", "b/notes.txt", ".hidden/x.wav", "b/._2.wav", "c.d/no"}) {
            Files.createDirectories(root.resolve(name).getParent());
            Files.writeString(root.resolve(name), name);
        }
    }

    private Path list(String name, String text) throws IOException {
        return Files.writeString(root.resolve(name), text);
    }

    @Test
    void listsAFolderSorted() throws IOException {
        ClipList clips = ClipList.of(root, null);
        assertThat(clips.clips()).extracting(AudioClip::id).containsExactly("a.flac", "b/10.WAV", "b/2.wav");
        assertThat(clips.clips().getLast().path()).hasContent("b/2.wav");
        assertThat(clips.root()).isEqualTo(root);
        assertThatThrownBy(() -> ClipList.of(root.resolve("c.d"), null))
                .hasMessageStartingWith("no audio in ")
                .hasMessageContaining("aif, aifc, aiff, au, bw64, flac");
    }

    /** Names of unsupported formats are counted, with a command that converts the first file. */
    @Test
    void countsWhatElseAFolderHolds() throws IOException {
        for (String name : new String[] {"v/1.m4a", "v/2.M4A", "it's.opus", "._3.m4a", "x.json"}) {
            Files.createDirectories(root.resolve(name).getParent());
            Files.writeString(root.resolve(name), name);
        }
        OtherFiles others = ClipList.of(root, null).others();
        assertThat(others.hidden()).as("._2.wav, .hidden/x.wav, ._3.m4a").isEqualTo(3);
        assertThat(others.notSound()).as("notes.txt, x.json, no").isEqualTo(3);
        assertThat(others.unread()).extracting(OtherFiles.Unread::extension).containsExactly("m4a", "opus");
        assertThat(others.lines().getFirst())
                .startsWith("2 .m4a files are left out, MPEG-4 audio is not read: convert each like this: ffmpeg -i ");
        assertThat(others.lines().getLast())
                .startsWith("1 .opus file is left out, Opus is not read: convert it: ffmpeg -i ")
                .contains("it's.flac");
    }

    @Test
    void aFolderOfUnreadFormatsSaysWhatToDo() throws IOException {
        Path folder = Files.createDirectory(root.resolve("phone"));
        Files.writeString(folder.resolve("memo.m4a"), "x");
        Files.writeString(folder.resolve("._memo.wav"), "x");
        assertThatThrownBy(() -> ClipList.of(folder, null))
                .hasMessageStartingWith("no audio in ")
                .hasMessageContaining("1 sound file whose name or folder begins with a dot")
                .hasMessageContaining("1 .m4a file is left out, MPEG-4 audio is not read: convert it: ffmpeg -i ");
        assertThatThrownBy(() -> ClipList.of(folder.resolve("memo.m4a"), null))
                .isInstanceOf(UnsupportedAudioException.class)
                .hasMessageContaining("ffmpeg -i ");
    }

    /** A link to a folder that contains the link would never end. */
    @Test
    void aLoopOfLinksIsEnteredOnceAndSaid() throws IOException {
        Files.createSymbolicLink(root.resolve("b/up"), root);
        Files.createSymbolicLink(root.resolve("b/self"), root.resolve("b"));
        Files.createSymbolicLink(root.resolve("twice"), root.resolve("b"));
        ClipList clips = ClipList.of(root, null);
        assertThat(clips.clips())
                .extracting(AudioClip::id)
                .containsExactly("a.flac", "b/10.WAV", "b/2.wav", "twice/10.WAV", "twice/2.wav");
        FolderWalk.Links links = clips.others().links();
        assertThat(links.loops().count()).isEqualTo(4);
        assertThat(links.lines())
                .singleElement()
                .asString()
                .isEqualTo("4 links lead round in a circle, which was gone through once:"
                        + " b/self, b/up, twice/self, …");
    }

    /** Folders that all link to each other have 12! paths without a loop. */
    @Test
    void aMazeOfLinksEnds() throws IOException {
        Path maze = Files.createDirectory(root.resolve("maze"));
        for (int i = 0; i < 12; i++) {
            Path room = Files.createDirectory(maze.resolve("room" + i));
            Files.writeString(room.resolve("x.wav"), "x");
        }
        for (int i = 0; i < 12; i++) {
            for (int k = 0; k < 12; k++) {
                Files.createSymbolicLink(maze.resolve("room" + i + "/to" + k), maze.resolve("room" + k));
            }
        }
        ClipList clips = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> ClipList.of(maze, null));
        assertThat(clips.clips()).hasSizeBetween(12, 12_000);
        assertThat(clips.others().links().loops().count()).isPositive();
    }

    @Test
    void linksThatLeaveTheFolderOrLeadNowhereAreSaid() throws IOException {
        Path folder = Files.createDirectory(root.resolve("linked"));
        Files.createSymbolicLink(folder.resolve("out.wav"), root.resolve("b/2.wav"));
        Files.createSymbolicLink(folder.resolve("outside"), root.resolve("b"));
        Files.writeString(folder.resolve("own.wav"), "x");
        Files.createSymbolicLink(folder.resolve("inside.wav"), folder.resolve("own.wav"));
        Files.createSymbolicLink(folder.resolve("gone.wav"), root.resolve("nowhere.wav"));
        Files.createSymbolicLink(folder.resolve("self.wav"), folder.resolve("self.wav"));
        ClipList clips = ClipList.of(folder, null);
        assertThat(clips.clips())
                .extracting(AudioClip::id)
                .containsExactly("inside.wav", "out.wav", "outside/10.WAV", "outside/2.wav", "own.wav");
        FolderWalk.Links links = clips.others().links();
        assertThat(links.loops().count()).isZero();
        assertThat(links.outside().count()).isEqualTo(3);
        assertThat(links.broken().first()).containsExactlyInAnyOrder("gone.wav", "self.wav");
        assertThat(links.lines())
                .hasSize(2)
                .anyMatch(l -> l.startsWith("3 recordings are links to files outside of the folder, read like the"))
                .anyMatch(l -> l.startsWith("2 links lead nowhere, what should be there is left out: "));
        Path alias = Files.createSymbolicLink(root.resolve("alias"), root.resolve("b"));
        assertThat(ClipList.of(alias, null).others().links()).isEqualTo(FolderWalk.Links.NONE);
    }

    @Test
    void listsAFile() throws IOException {
        ClipList clips = ClipList.of(root.resolve("b/2.wav"), null);
        assertThat(clips.clips()).containsExactly(new AudioClip("2.wav", root.resolve("b/2.wav")));
        assertThat(clips.root()).isEqualTo(root.resolve("b"));
    }

    @Test
    void readsListsInTheirOrder() throws IOException {
        Path lines = list("list.txt", "# mine\n\nb/2.wav\n" + root.resolve("a.flac") + "\ngone.wav\n");
        assertThat(ClipList.of(lines, null).clips())
                .extracting(AudioClip::id)
                .containsExactly("b/2.wav", "a.flac", "gone.wav");
        Path table = list("list.csv", "label,filename\ndog,2.wav\n");
        assertThat(ClipList.of(table, root.resolve("b")).clips())
                .containsExactly(new AudioClip("2.wav", root.resolve("b/2.wav")));
    }

    @Test
    void badListsAreNamed() throws IOException {
        String[][] cases = {
            {"list.txt", "a.flac\n../x.wav\n", ":2: path '../x.wav' leaves the root"},
            {"list.txt", "/elsewhere/x.wav\n", ":1: path '/elsewhere/x.wav' is not below the root " + root},
            {"list.txt", "a.flac\n\nb/../a.flac\n", ":3: clip 'a.flac' is already in line 1"},
            {"list.txt", "a\0b\n", ":1: a NUL byte"},
            {"list.txt", "x".repeat((1 << 20) + 1), ":1: the line is longer than 1 MiB"},
            {"list.txt", "# nothing\n", ": the list names no files"},
            {"list.csv", "name\na.flac\n", ":1: no column file, filename, path, fname among 'name'"},
        };
        for (String[] c : cases) {
            Path list = list(c[0], c[1]);
            assertThatThrownBy(() -> ClipList.of(list, null))
                    .as(c[2])
                    .isInstanceOf(MalformedTableException.class)
                    .hasMessageStartingWith(list + c[2]);
        }
        assertThatThrownBy(() -> ClipList.of(root.resolve("nowhere"), null))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("neither a folder, nor an audio file, nor a list");
    }
}
