package org.unmute.data.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.audio.place.RecordedTime;
import org.unmute.audio.place.StatedTime;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.provenance.Json;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.probes.cache.AudioClip;

/**
 * When and where each recording of a run was made, by the recording's id. Each is determined on first request.
 * Stored as one JSON object a line. Not thread-safe.
 */
public final class FieldLog {
    private static final ObjectWriter LINE = Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    private final FieldRules rules;
    private final Map<String, TimeAndPlace> known = new LinkedHashMap<>();
    private final Map<String, DeploymentPeriod> periods = new HashMap<>();

    /** @param rules decide what is not known yet; null if nothing is to be decided */
    public FieldLog(FieldRules rules) {
        this.rules = rules;
    }

    /** When and where a recording was made. */
    public TimeAndPlace of(AudioClip clip) {
        return rules == null ? TimeAndPlace.UNKNOWN : known.computeIfAbsent(clip.id(), _ -> decide(clip));
    }

    private TimeAndPlace decide(AudioClip clip) {
        FieldRules.Decision decision = rules.decide(clip);
        Deployment row = decision.row();
        if (row != null) {
            periods.put(clip.id(), new DeploymentPeriod(row.line(), row.start(), row.end()));
        }
        return decision.place();
    }

    /** The deployment that a recording was made in; null if there is no table of them or no row holds for it. */
    public DeploymentPeriod period(AudioClip clip) {
        of(clip);
        return periods.get(clip.id());
    }

    /** When and where a recording was made; null if nothing was stored about it. */
    public TimeAndPlace find(String id) {
        return known.get(id);
    }

    /** The ids of the recordings that something is stored about, in order. */
    public Set<String> recordings() {
        return Collections.unmodifiableSet(known.keySet());
    }

    /** What users should know about recordings, by their ids, in order; those without a problem are left out. */
    public Map<String, List<String>> problems() {
        Map<String, List<String>> odd = new LinkedHashMap<>();
        known.forEach((id, place) -> {
            if (!place.problems().isEmpty()) {
                odd.put(id, place.problems());
            }
        });
        return odd;
    }

    /** Adds a recording. */
    public void put(String id, TimeAndPlace place) {
        known.put(id, place);
    }

    /** Writes what is known, completely or not at all. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, channel -> {
            var out = Channels.newWriter(channel, StandardCharsets.UTF_8);
            for (Map.Entry<String, TimeAndPlace> entry : known.entrySet()) {
                out.write(LINE.writeValueAsString(object(entry.getKey(), entry.getValue())));
                out.write('\n');
            }
            out.flush();
        });
    }

    private static ObjectNode object(String id, TimeAndPlace place) {
        ObjectNode line = Json.object().put("recording", id);
        if (place.begun() != null) {
            line.put("begun", place.begun().toString())
                    .put("from", place.source().name());
        }
        line.put("site", place.site());
        if (place.located()) {
            line.put("latitude", place.latitude()).put("longitude", place.longitude());
        }
        line.put("recorder", place.recorder()).put("serial", place.serial());
        place.problems().forEach(line.putArray("problems")::add);
        return line;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws InputException if the file is damaged
     * @throws IOException if it cannot be read
     */
    public static FieldLog read(Path file) throws IOException {
        return FileFailure.naming(file, () -> lines(file));
    }

    private static FieldLog lines(Path file) throws IOException {
        FieldLog log = new FieldLog(null);
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                try {
                    JsonNode node = Json.MAPPER.readTree(line);
                    log.known.put(node.required("recording").textValue(), place(node));
                } catch (IOException | IllegalArgumentException | DateTimeException e) {
                    throw new InputException(
                            file + ":" + number + ": the line is damaged: run the command that wrote"
                                    + " the folder again, which reads no recording again",
                            e);
                }
            }
        }
        return log;
    }

    private static TimeAndPlace place(JsonNode node) {
        boolean dated = node.has("begun");
        List<String> problems = new ArrayList<>();
        node.path("problems").forEach(p -> problems.add(p.asText()));
        return new TimeAndPlace(
                dated ? RecordedTime.parse(node.get("begun").asText()) : null,
                dated ? StatedTime.Source.valueOf(node.path("from").asText()) : null,
                node.path("site").asText(),
                node.path("latitude").asDouble(Double.NaN),
                node.path("longitude").asDouble(Double.NaN),
                node.path("recorder").asText(),
                node.path("serial").asText(),
                problems);
    }
}
