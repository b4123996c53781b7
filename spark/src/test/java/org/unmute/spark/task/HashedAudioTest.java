package org.unmute.spark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.Wav;
import org.unmute.audio.playback.Mixdown;
import org.unmute.files.Sha256;
import org.unmute.spark.input.HadoopAudio;
import org.unmute.spark.input.HadoopFiles;

class HashedAudioTest {
    private static final HadoopFiles FILES = new HadoopFiles(new Configuration(false));

    @TempDir
    Path folder;

    private Path file;
    private String uri;
    private String digest;
    private String stamp;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("50% #1.wav");
        Wav.write(file, new float[300_000], 16_000);
        // Bytes that the decoder does not read.
        Files.write(file, new byte[100_001], StandardOpenOption.APPEND);
        uri = FILES.qualified(file.toString()).toString();
        digest = Sha256.of(file);
        stamp = HadoopFiles.stamp(FILES.status(uri));
    }

    /**
     * Replaces the sound by another of the same length, with a time stamp that differs even on a disk with a coarse
     * clock.
     */
    private void replaceSound() throws IOException {
        FileTime before = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, FileTime.fromMillis(before.toMillis() + 2000));
    }

    private static void readSome(HashedAudio audio, String uri) throws IOException {
        try (AudioStream stream = audio.open(HadoopAudio.path(uri), Mixdown.MEAN)) {
            stream.seek(200_000);
            assertThat(stream.read(new float[1000], 0, 1000)).isPositive();
        }
    }

    @Test
    void aFileThatIsOpenedOnceIsHashedOnTheWay() throws IOException {
        HashedAudio audio = new HashedAudio(FILES, Map.of(), Set.of(uri));
        readSome(audio, uri);
        Files.delete(file);
        assertThat(audio.digest(uri, stamp)).isEqualTo(digest);
    }

    @Test
    void anotherIsReadWhenSomebodyAsks() throws IOException {
        HashedAudio audio = new HashedAudio(FILES, Map.of(), Set.of());
        readSome(audio, uri);
        assertThat(audio.digest(uri, stamp)).isEqualTo(digest);
        Files.delete(file);
        assertThat(audio.digest(uri, stamp)).isEqualTo(digest);
        HashedAudio late = new HashedAudio(FILES, Map.of(), Set.of());
        assertThatThrownBy(() -> late.digest(uri, stamp)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatThePlanKnowsIsNotReadAgain() throws IOException {
        HashedAudio audio = new HashedAudio(FILES, Map.of(uri, "of the plan"), Set.of(uri));
        readSome(audio, uri);
        assertThat(audio.digest(uri, stamp)).isEqualTo("of the plan");
    }

    @Test
    void aFileThatChangedSinceThePlanHasTheDigestOfWhatWasRead() throws IOException {
        replaceSound();
        HashedAudio audio = new HashedAudio(FILES, Map.of(uri, digest), Set.of());
        readSome(audio, uri);
        assertThat(audio.digest(uri, stamp)).isEqualTo(Sha256.of(file)).isNotEqualTo(digest);
    }

    @Test
    void aFileThatChangesWhileItIsReadIsRefused() throws IOException {
        HashedAudio planned = new HashedAudio(FILES, Map.of(uri, digest), Set.of());
        HashedAudio unplanned = new HashedAudio(FILES, Map.of(), Set.of());
        readSome(planned, uri);
        readSome(unplanned, uri);
        replaceSound();
        assertThatThrownBy(() -> readSome(planned, uri))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessageContaining("it changed while it was read, from " + stamp + " to ");
        assertThat(planned.digest(uri, stamp))
                .as("of what was read before the change")
                .isEqualTo(digest);
        assertThatThrownBy(() -> unplanned.digest(uri, stamp)).isInstanceOf(UnreadableAudioException.class);
    }

    @Test
    void aFileThatIsNoSoundHasADigest() throws IOException {
        Path text = Files.writeString(folder.resolve("text.wav"), "no sound");
        String other = FILES.qualified(text.toString()).toString();
        HashedAudio audio = new HashedAudio(FILES, Map.of(), Set.of(other));
        assertThatThrownBy(() -> audio.open(HadoopAudio.path(other), Mixdown.MEAN))
                .isInstanceOf(UnreadableAudioException.class);
        assertThat(audio.digest(other, stamp)).isEqualTo(Sha256.of(text));
    }
}
