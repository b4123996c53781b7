package org.unmute.benchmark.search;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The numbers that are searched jointly. Samplers see them as the unit cube with one dimension per range. */
public final class SearchSpace {
    private final List<Range> ranges;

    /**
     * @param ranges at least one, at most {@value Sobol#MOST_DIMENSIONS}, with different names
     * @throws IllegalArgumentException otherwise
     */
    public SearchSpace(List<Range> ranges) {
        this.ranges = List.copyOf(ranges);
        if (ranges.isEmpty() || ranges.size() > Sobol.MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "search: a space has 1 to " + Sobol.MOST_DIMENSIONS + " ranges: " + ranges.size());
        }
        Set<String> names = new HashSet<>();
        for (Range range : ranges) {
            if (!names.add(range.name())) {
                throw new IllegalArgumentException("search: two ranges are named " + range.name());
            }
        }
    }

    /** The ranges in order of the dimensions. */
    public List<Range> ranges() {
        return ranges;
    }

    /**
     * The values at a point of the unit cube, by name in order of the ranges; not modifiable.
     *
     * @param unitCube [ranges], each in [0, 1]; not modified
     * @throws IllegalArgumentException for another length or a number outside [0, 1]
     */
    public Map<String, Double> at(double[] unitCube) {
        if (unitCube.length != ranges.size()) {
            throw new IllegalArgumentException(
                    "search: a point has one number a range: " + unitCube.length + " for " + ranges.size() + " ranges");
        }
        Map<String, Double> values = new LinkedHashMap<>();
        for (int d = 0; d < unitCube.length; d++) {
            values.put(ranges.get(d).name(), ranges.get(d).at(unitCube[d]));
        }
        return Collections.unmodifiableMap(values);
    }
}
