package org.unmute.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Matches the clips of a manifest to the ids of a cache or folder. */
final class ClipMatch {
    /** Channels of a recording by their numbers. */
    private static final Comparator<String> IN_ORDER =
            Comparator.comparing(ClipId::mixed).thenComparingInt(ClipId::channel);

    private final Manifest manifest;
    private final Set<String> ids;
    /** The clips of each stretch of a recording: one of the mean of its channels, or one of each channel. */
    private final Map<String, List<String>> clipsOfStretch = new HashMap<>();

    private final FileMatch files;
    private final List<String> missing = new ArrayList<>();

    ClipMatch(Manifest manifest, Collection<String> clipIds) {
        this.manifest = manifest;
        ids = new HashSet<>(clipIds);
        Set<String> names = new LinkedHashSet<>();
        manifest.clips().forEach(clip -> names.add(recording(clip.file())));
        Set<String> recordings = new LinkedHashSet<>();
        // A file whose own name looks like the id of a part is also a file.
        clipIds.stream().sorted(IN_ORDER).forEach(id -> {
            recordings.add(recording(id));
            clipsOfStretch
                    .computeIfAbsent(ClipId.mixed(id), _ -> new ArrayList<>())
                    .add(id);
        });
        files = FileMatch.of(names, recordings);
    }

    private static String recording(String id) {
        return ClipId.recording(id);
    }

    Manifest.Matched matched() {
        List<LabelledClip> found = byId();
        String remark = files.byEnd() ? "files were found by the ends of their paths" : "";
        if (manifest.stretches() != null && !rowsAreClips(found)) {
            missing.clear();
            found = byEvents();
            long parts = found.stream().filter(clip -> isPart(clip.file())).count();
            if (parts > 0) {
                remark = parts + " clips were labelled by the events in them" + (remark.isEmpty() ? "" : "; " + remark);
            }
        }
        List<LabelledClip> known = found.stream()
                .filter(clip -> !clip.saysNothing(manifest.labels()))
                .toList();
        if (known.size() < found.size()) {
            remark = (remark.isEmpty() ? "" : remark + "; ") + (found.size() - known.size())
                    + " clips were left out, because the labels say nothing of them";
        }
        return new Manifest.Matched(new Manifest(known, manifest.labels(), manifest.stretches()), missing, remark);
    }

    /** Whether rows stand for clips; a few events that happen to coincide with a clip are not enough. */
    private boolean rowsAreClips(List<LabelledClip> found) {
        long parts = found.stream().filter(clip -> isPart(clip.file())).count();
        long rows =
                manifest.clips().stream().filter(clip -> isPart(clip.file())).count();
        Set<String> named = files.files();
        long clips = ids.stream()
                .filter(id -> isPart(id) && named.contains(recording(id)))
                .count();
        return parts > 0 && 2 * parts >= Math.min(rows, clips);
    }

    private static boolean isPart(String id) {
        return ClipId.part(id).isPresent();
    }

    private List<LabelledClip> byId() {
        List<LabelledClip> found = new ArrayList<>();
        Map<String, String> nameOfId = new HashMap<>();
        for (LabelledClip clip : manifest.clips()) {
            String name = recording(clip.file());
            String file = files.file(name);
            String id = file == null ? null : file + clip.file().substring(name.length());
            List<String> own = id == null ? List.of() : ids.contains(id) ? List.of(id) : clipsOfStretch.get(id);
            if (own == null || own.isEmpty()) {
                missing.add(clip.file());
                continue;
            }
            for (String one : own) {
                String other = nameOfId.putIfAbsent(one, clip.file());
                if (other != null) {
                    throw new IllegalArgumentException("manifest: files " + MalformedTableException.quote(other)
                            + " and " + MalformedTableException.quote(clip.file()) + " are both clip "
                            + MalformedTableException.quote(one) + ": remove one of them from the label file");
                }
                found.add(clip.as(one, clip.split()));
            }
        }
        return found;
    }

    /** The clips of each recording: recordings in manifest order, clips in time order. */
    private List<LabelledClip> byEvents() {
        Map<String, List<String>> clipsOf = new HashMap<>();
        ids.forEach(id ->
                clipsOf.computeIfAbsent(recording(id), f -> new ArrayList<>()).add(id));
        Map<String, String> splitOf = new LinkedHashMap<>();
        Map<String, String> groupOf = new HashMap<>();
        for (LabelledClip clip : manifest.clips()) {
            String name = recording(clip.file());
            groupOf.putIfAbsent(name, clip.group());
            String before = splitOf.putIfAbsent(name, clip.split());
            if (before != null && !before.equals(clip.split())) {
                throw new IllegalArgumentException("manifest: recording " + MalformedTableException.quote(name)
                        + " is in the splits " + MalformedTableException.quote(before) + " and "
                        + MalformedTableException.quote(clip.split())
                        + ", and its rows are none of the clips there are: give the clips of the rows, or one split"
                        + " to each recording");
            }
        }
        List<LabelledClip> found = new ArrayList<>();
        Map<String, String> nameOfFile = new HashMap<>();
        splitOf.forEach((name, split) -> {
            String file = files.file(name);
            if (file == null) {
                missing.add(name);
                return;
            }
            String other = nameOfFile.putIfAbsent(file, name);
            if (other != null) {
                throw new IllegalArgumentException("manifest: files " + MalformedTableException.quote(other) + " and "
                        + MalformedTableException.quote(name) + " are both recording "
                        + MalformedTableException.quote(file) + ": remove one of them from the label file");
            }
            clipsOf.get(file).stream()
                    .sorted(Comparator.comparingDouble(ClipMatch::start).thenComparing(Comparator.naturalOrder()))
                    .forEach(id -> {
                        ClipId.Part part = ClipId.part(id).orElse(null);
                        double start = part == null ? 0 : part.start();
                        double end = part == null ? Double.POSITIVE_INFINITY : part.end();
                        found.add(manifest.stretches()
                                .of(name, start, end)
                                .clip(id, split)
                                .in(groupOf.get(name)));
                    });
        });
        return found;
    }

    private static double start(String id) {
        return ClipId.part(id).map(ClipId.Part::start).orElse(0.0);
    }
}
