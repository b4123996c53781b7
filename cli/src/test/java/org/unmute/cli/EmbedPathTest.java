package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.files.AtomicFile;

/**
 * Traces a clip through {@code unmute embed}: the project's classes on the stack when the front end is called, when the
 * network is called, and when the shard is written. The list in {@code docs/architecture.md} must stay short.
 */
class EmbedPathTest {
    private static final int MAX_CLASSES = 12;
    private static final String FRONT_END = "org.unmute.models.frontend.FbankFrontEnd::apply";
    private static final String WRITE = "sun.nio.ch.FileChannelImpl::write";
    private static final String NETWORK = "org.unmute.models.zoo.SmallVit::forward";

    static {
        Module ours = EmbedPathTest.class.getModule();
        ModuleLayer.boot().findModule("jdk.jfr").ifPresent(ours::addReads);
    }

    @TempDir
    Path folder;

    @Test
    void aClipPassesFewClassesFromTheCommandToTheShard() throws IOException {
        Files.createDirectory(folder.resolve("audio"));
        Wav.write(folder.resolve("audio/clip.wav"), new float[48_000], 16_000);
        Path file = folder.resolve("embed.jfr");
        try (Recording recording = new Recording()) {
            recording
                    .enable("jdk.MethodTrace")
                    .with("filter", FRONT_END + ";" + NETWORK + ";" + WRITE)
                    .withThreshold(Duration.ZERO)
                    .withStackTrace();
            recording.start();
            embed();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        Set<String> shard = classes(events, EmbedPathTest::isWriteToShard);
        Set<String> network = classes(events, e -> isCallOf(e, NETWORK));
        Set<String> frontEnd = classes(events, e -> isCallOf(e, FRONT_END));
        assertThat(shard).contains("org.unmute.cli.Main", "org.unmute.probes.cache.TokenCacheWriter");
        assertThat(network).contains("org.unmute.cli.Main", "org.unmute.models.zoo.SmallVit");
        assertThat(frontEnd).contains("org.unmute.models.frontend.FbankFrontEnd");
        Set<String> all = new TreeSet<>(shard);
        all.addAll(network);
        all.addAll(frontEnd);
        System.out.println("embed passes " + all.size() + " classes: " + all);
        assertThat(all).hasSizeLessThanOrEqualTo(MAX_CLASSES);
    }

    private void embed() {
        Ran.ok("embed", "--audio", folder.resolve("audio"), "--out", folder.resolve("cache"));
    }

    /**
     * Whether an event is a write of a clip's record, as opposed to a write of the folder's lock or of the manifest,
     * which is marked unfinished before the first record is written.
     */
    private static boolean isWriteToShard(RecordedEvent e) {
        return isCallOf(e, WRITE)
                && e.getStackTrace().getFrames().stream()
                        .anyMatch(f -> f.getMethod().getName().equals("append"))
                && e.getStackTrace().getFrames().stream()
                        .noneMatch(f -> f.getMethod().getType().getName().equals(AtomicFile.class.getName()));
    }

    private static boolean isCallOf(RecordedEvent e, String method) {
        return e.getEventType().getName().equals("jdk.MethodTrace")
                && e.getValue("method") instanceof RecordedMethod called
                && method.equals(called.getType().getName() + "::" + called.getName());
    }

    /**
     * Our classes among the traced methods and their callers; nested classes and lambdas count as their outer class.
     */
    private static Set<String> classes(List<RecordedEvent> events, Predicate<RecordedEvent> which) {
        Set<String> names = new TreeSet<>();
        events.stream()
                .filter(which)
                .flatMap(e -> Stream.concat(
                        Stream.of(e.<RecordedMethod>getValue("method")),
                        e.getStackTrace().getFrames().stream().map(RecordedFrame::getMethod)))
                .map(m -> m.getType().getName())
                .filter(n -> n.startsWith("org.unmute.") && !n.endsWith("Test") && !n.endsWith(".Ran"))
                .forEach(n -> names.add(n.replaceFirst("\\$.*", "")));
        return names;
    }
}
