package org.unmute.events.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.data.ClipId;
import org.unmute.data.field.FieldLog;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.OutputFormat;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.files.RegularFile;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.event.Event;

/** Moments as events, in a folder of events. */
public final class SearchTables {
    private SearchTables() {}

    /**
     * Writes moments.
     *
     * @param root folder of the recordings, whose rate and length are then those of the files; null if it is not known
     * @param found by class; the classes in the order of the settings of the folder
     * @param places when and where recordings were made
     * @return number of recordings with moments that were stored now
     */
    public static int write(
            DetectionFolder folder,
            Set<OutputFormat> formats,
            Map<String, MomentSearch.Found> found,
            TokenCache cache,
            RowTimes times,
            Path root,
            FieldLog places)
            throws IOException {
        Map<String, List<Event>> events = new TreeMap<>(); // so that neither scores nor the order of the cache show
        Map<String, Double> seconds = new LinkedHashMap<>();
        Map<String, String> digests = new LinkedHashMap<>();
        for (CachedClip clip : cache.clips()) {
            String recording = ClipId.recording(clip.id());
            events.putIfAbsent(recording, new ArrayList<>());
            seconds.merge(recording, ExampleReader.start(clip) + times.seconds(clip.sound()), Math::max);
            digests.put(recording, clip.audioSha256());
        }
        List<String> classes = List.copyOf(found.keySet());
        for (int label = 0; label < classes.size(); label++) {
            for (Moment m : found.get(classes.get(label)).moments()) {
                double middle = (m.start() + m.end()) / 2;
                events.get(m.recording()).add(new Event(label, m.start(), m.end(), m.score(), middle, m.band()));
            }
        }
        List<DetectionFolder.Found> recordings = new ArrayList<>();
        for (Map.Entry<String, List<Event>> one : events.entrySet()) {
            if (!one.getValue().isEmpty()) {
                String id = one.getKey();
                Path file = root == null ? Path.of(id) : root.resolve(id);
                recordings.add(new DetectionFolder.Found(
                        new AudioClip(id, file),
                        digests.get(id),
                        read(file, seconds.get(id), times.sampleRate()),
                        one.getValue()));
            }
        }
        return folder.store(formats, classes, recordings, places);
    }

    /** Rate and length of a recording: of its file if it is there, else those of its tokens. */
    private static ReadOutcome read(Path file, double seconds, int rate) throws IOException {
        if (RegularFile.isFile(file)) {
            try (AudioStream stream = AudioFiles.open(file)) {
                double length = Double.isFinite(stream.seconds()) ? stream.seconds() : seconds;
                return new ReadOutcome(stream.sampleRate(), length, 0, seconds, List.of(), null, true);
            } catch (UnreadableAudioException e) {
                // Its tokens are known nevertheless.
            }
        }
        return new ReadOutcome(rate, seconds, 0, seconds, List.of(), null, true);
    }
}
