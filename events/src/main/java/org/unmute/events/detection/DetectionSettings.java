package org.unmute.events.detection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.audio.playback.Speed;
import org.unmute.data.provenance.Json;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;

/**
 * Everything besides the bytes of a recording that determines its events, by readable names: encoder, probe, rules,
 * backend. All events in a folder were found with the same settings.
 */
public final class DetectionSettings {
    /** Stands for the threshold of a class that is not sought. */
    public static final String NOT_SOUGHT = "not looked for";

    private static final String THRESHOLD = "threshold of class '";
    private static final int NAMED = 5;
    private static final Pattern RATE = Pattern.compile(" at (\\d{1,9}) Hz");
    private static final Pattern SPEED = Pattern.compile(" recordings at speed ([0-9./]+)");

    /** Values of settings that are left out where they have them, as folders of earlier versions do. */
    private static final Map<String, String> USUAL = Map.of("channels", "mix");

    private final Map<String, String> values;

    /** @param values in the order in which messages list them. Copied. */
    public DetectionSettings(Map<String, String> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /** The settings, by name. */
    public Map<String, String> values() {
        return new LinkedHashMap<>(values);
    }

    /** The name of the setting that is the threshold of a class. */
    static String thresholdOf(String label) {
        return THRESHOLD + label + "'";
    }

    /**
     * The thresholds by class, in the order of the classes and in words: a number, which a lower one may follow, or
     * {@value #NOT_SOUGHT}. For results of a search NaN, or empty if all examples were of one class.
     */
    public Map<String, String> thresholds() {
        Map<String, String> all = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(THRESHOLD)) {
                all.put(name.substring(THRESHOLD.length(), name.length() - 1), value);
            }
        });
        return all;
    }

    /**
     * The highest frequency in Hz of recordings that reaches the encoder: half its rate, which its front end states, at
     * the speed at which recordings are played; NaN if it is not stated.
     */
    public double highestHertz() {
        String frontEnd = values.getOrDefault("front end", "");
        Matcher rate = RATE.matcher(frontEnd);
        Matcher speed = SPEED.matcher(frontEnd);
        return rate.find()
                ? Double.parseDouble(rate.group(1))
                        / 2
                        / (speed.find() ? Speed.parse(speed.group(1)).value() : 1)
                : Double.NaN;
    }

    /** These settings with one more, unless its value is the usual one. */
    public DetectionSettings with(String name, String value) {
        Map<String, String> all = values();
        if (!value.equals(USUAL.get(name))) {
            all.put(name, value);
        }
        return new DetectionSettings(all);
    }

    /** These settings with classes that a search looked for, each by itself. */
    public DetectionSettings withSought(Collection<String> classes) {
        Map<String, String> all = values();
        classes.forEach(label -> all.put(thresholdOf(label), Double.toString(Double.NaN)));
        return new DetectionSettings(all);
    }

    /** A description of each difference from the settings with which a folder was filled; empty if there is none. */
    List<String> differences(DetectionSettings before) {
        Set<String> names = new LinkedHashSet<>(values.keySet());
        names.addAll(before.values.keySet());
        List<String> all = new ArrayList<>();
        for (String name : names) {
            String usual = USUAL.getOrDefault(name, "none");
            String own = values.getOrDefault(name, usual);
            String other = before.values.getOrDefault(name, usual);
            if (!own.equals(other)) {
                all.add(name + " was " + other + ", now is " + own);
            }
        }
        if (all.size() > NAMED) {
            int more = all.size() - NAMED;
            all.subList(NAMED, all.size()).clear();
            all.add("and " + more + " more");
        }
        return all;
    }

    /**
     * Reads the settings of a detection folder.
     *
     * @throws InputException if the file is damaged
     * @throws IOException if the file cannot be read
     */
    public static DetectionSettings read(Path file) throws IOException {
        Map<String, String> values;
        try {
            values = Json.MAPPER.readValue(
                    FileFailure.naming(file, () -> Files.readAllBytes(file)),
                    new TypeReference<Map<String, String>>() {});
        } catch (JsonProcessingException | CharConversionException e) {
            throw damaged(file, e);
        }
        if (values == null || values.containsValue(null)) {
            throw damaged(file, null);
        }
        return new DetectionSettings(values);
    }

    private static InputException damaged(Path file, IOException e) {
        return new InputException(
                "detect: the settings in " + file + " are damaged: delete "
                        + file.toAbsolutePath().getParent().getParent()
                        + " to start again, or name another folder",
                e);
    }

    void write(Path file) throws IOException {
        AtomicFile.write(file, Json.MAPPER.writeValueAsBytes(values));
    }
}
