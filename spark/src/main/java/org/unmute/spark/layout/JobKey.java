package org.unmute.spark.layout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.audio.playback.Speed;
import org.unmute.data.field.FieldRules;
import org.unmute.data.provenance.Json;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.recording.ChannelChoice;
import org.unmute.files.InputException;
import org.unmute.files.MalformedFileException;
import org.unmute.files.PlainText;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.probes.score.FrameScorer;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;

/**
 * The settings that all results in a job's folder share, stored in {@code key.json}. Runs with another key are refused.
 *
 * @param values the values that must agree, by name, as readable text
 * @param encoder description of the encoder
 * @param frontEnd description of the front end
 * @param classes classes of the scores, in their order; empty if there are no scores
 */
public record JobKey(SortedMap<String, String> values, String encoder, String frontEnd, List<String> classes) {
    /** Name of the key's file in the folder of a job. */
    public static final String FILE = "key.json";

    private static final String FORMAT = "unmute-key-2";
    private static final String EARLIER = "unmute-key-1";

    public JobKey {
        values = new TreeMap<>(values);
        classes = List.copyOf(classes);
    }

    /**
     * Creates the key of results.
     *
     * @param tokens the key of the encoder's tokens as they are stored
     * @param kept which results are kept for each clip; settings of other results are not part of the key
     * @param channels which channels of recordings are read
     * @param probeSha256 digest of the probe's file; null for the encoder's own head
     * @param calibrated whether the probe learned a calibration of its scores
     * @param classes classes of the scores; empty if there are no scores
     */
    public static JobKey of(
            CacheKey tokens,
            EmbedOptions options,
            SortedSet<Kept> kept,
            ChannelChoice channels,
            String probeSha256,
            boolean calibrated,
            List<String> classes) {
        SortedMap<String, String> values = new TreeMap<>();
        values.put("encoderHash", tokens.encoderHash());
        values.put("frontEndHash", tokens.frontEndHash());
        values.put(
                "kept",
                String.join(
                        ",",
                        kept.stream()
                                .map(k -> k.name().toLowerCase(Locale.ROOT))
                                .toList()));
        if (!channels.isMix()) {
            values.put("channels", channels.toString());
        }
        if (kept.contains(Kept.TOKENS)) {
            values.put("dtype", tokens.dtype().name());
            values.put("layers", Integer.toString(tokens.layers()));
        }
        if (kept.contains(Kept.POOLED)) {
            values.put("pooling", options.pooling().name());
        }
        if (kept.contains(Kept.SCORES) || kept.contains(Kept.EVENTS)) {
            values.put("probe", probeSha256 == null ? "the encoder's own head" : probeSha256);
        }
        if (kept.contains(Kept.SCORES) && calibrated) {
            values.put("scores", "calibrated"); // earlier versions kept raw scores
        }
        if (kept.contains(Kept.EVENTS)) {
            Double context = options.context().context();
            Double stride = options.context().stride();
            values.put("context", Double.toString(context == null ? FrameScorer.CONTEXT_SECONDS : context));
            values.put("stride", Double.toString(stride == null ? FrameScorer.STRIDE_SECONDS : stride));
            values.put("rules", words(options.rules()));
            if (!options.field().text().equals(FieldRules.DEFAULT.text())) {
                values.put("timeAndPlace", options.field().text());
            }
        }
        return new JobKey(values, tokens.encoder(), tokens.frontEnd(), classes);
    }

    /** What is not stated is as the probe learned it, which is in the key. */
    private static String words(DetectionRules stated) {
        DetectionRules rules = stated.completed(null, Speed.NORMAL);
        return "threshold " + rules.threshold() + ", by class " + new TreeMap<>(rules.byClass()) + ", low "
                + rules.low() + ", low share " + rules.lowShare() + ", median " + rules.median() + ", median rows "
                + rules.medianRows() + ", max gap " + rules.maxGap() + ", min duration " + rules.minDuration()
                + ", top " + rules.topK() + ", only " + new TreeSet<>(rules.only())
                + (rules.anyContext() ? ", learned at any context" : "");
    }

    byte[] encode() throws IOException {
        ObjectNode json = Json.object();
        json.put("format", FORMAT).put("encoder", encoder).put("frontEnd", frontEnd);
        ObjectNode same = json.putObject("key");
        values.forEach(same::put);
        classes.forEach(json.putArray("classes")::add);
        return Json.MAPPER.writeValueAsBytes(json);
    }

    /**
     * Parses a key.
     *
     * @throws InputException if it is damaged or of a later version
     */
    static JobKey parse(byte[] json, String file) throws IOException {
        JsonNode read;
        try {
            read = Json.MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new InputException(file + " is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!FORMAT.equals(read.path("format").asText()) || !read.path("key").isObject()) {
            throw new InputException(file + " has the format "
                    + PlainText.quote(read.path("format").asText()) + ", this program reads " + FORMAT
                    + (EARLIER.equals(read.path("format").asText())
                            ? ": an earlier version filled the folder: submit the job again into another one"
                            : ": use the program that wrote it, or another folder"));
        }
        SortedMap<String, String> values = new TreeMap<>();
        read.path("key")
                .properties()
                .forEach(e -> values.put(e.getKey(), e.getValue().asText()));
        List<String> classes = new ArrayList<>();
        read.path("classes").forEach(name -> classes.add(name.asText()));
        return new JobKey(
                values, read.path("encoder").asText(), read.path("frontEnd").asText(), classes);
    }

    /**
     * Refuses a key that differs from this one.
     *
     * @param folder folder that was filled with this key
     * @throws InputException naming both keys, if they differ
     */
    void requireSame(JobKey asked, String folder) {
        if (values.equals(asked.values)) {
            return;
        }
        SortedSet<String> names = new TreeSet<>(values.keySet());
        names.addAll(asked.values.keySet());
        StringBuilder differences = new StringBuilder();
        for (String name : names) {
            String here = values.getOrDefault(name, "none");
            String there = asked.values.getOrDefault(name, "none");
            if (!here.equals(there)) {
                differences
                        .append("; ")
                        .append(name)
                        .append(": ")
                        .append(here)
                        .append(", asked for ")
                        .append(there);
            }
        }
        throw new InputException(PlainText.of(folder + " was filled by " + encoder + " (" + frontEnd + "), asked for "
                        + asked.encoder + " (" + asked.frontEnd + ")" + differences)
                + ": choose another folder, or the settings that it was filled with");
    }

    /**
     * Requires that a folder has this key; a new folder gets it. The manifest beside the key has its digest, so that a
     * lost or changed key is noticed, and written again if it is this one.
     *
     * @param remarks receives a remark if the key is written again
     * @param results names of the results in the folder
     * @throws InputException if the folder has another key, or results but no key
     */
    void requireIn(JobStore store, List<String> remarks, Collection<String> results) throws IOException {
        Optional<byte[]> found = store.read(FILE);
        String stated = stated(store, remarks);
        byte[] own = encode();
        if (found.isPresent() && (stated == null || stated.equals(Sha256.of(found.get())))) {
            parse(found.get(), store.path(FILE).toString()).requireSame(this, store.place());
            own = found.get();
        } else if (stated == null && !results.isEmpty()) {
            throw new InputException(
                    store.place() + " has " + results.iterator().next() + " and no " + FILE
                            + ": another program filled it: choose another folder");
        } else if (stated != null) {
            String what = store.path(FILE) + (found.isPresent() ? " was changed after it was written" : " is missing");
            if (!stated.equals(Sha256.of(own))) {
                throw new InputException(what + ", and the settings of this run are not those that the folder was"
                        + " filled with: submit the job with the settings that it had, which writes " + FILE
                        + " again, or choose another folder");
            }
            remarks.add(what + ": it is made again");
        }
        if (found.isEmpty() || !Arrays.equals(found.get(), own)) {
            store.replace(FILE, own);
        }
        if (stated == null) {
            FileManifest.Entry entry = new FileManifest.Entry(FILE, own.length, Sha256.of(own));
            store.replace(FileManifest.FILE, new FileManifest(List.of(entry)).encode());
        }
    }

    /** The digest that the manifest of a folder states of its key; null if there is none. */
    private static String stated(JobStore store, List<String> remarks) throws IOException {
        Optional<byte[]> json = store.read(FileManifest.FILE);
        try {
            return json.isEmpty()
                    ? null
                    : FileManifest.parse(
                                    json.get(), store.path(FileManifest.FILE).toString())
                            .files()
                            .stream()
                            .filter(entry -> entry.name().equals(FILE))
                            .map(FileManifest.Entry::sha256)
                            .findFirst()
                            .orElse(null);
        } catch (MalformedFileException e) {
            remarks.add(e.getMessage() + ": it is made again from " + FILE);
            return null;
        }
    }
}
