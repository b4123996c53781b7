package org.unmute.kernels.device;

import java.util.Optional;

/**
 * What a device allows.
 *
 * @param memoryBytes its memory
 * @param largestBytes the most that one allocation may have
 * @param groupItems the most items of a group
 * @param localBytes memory that the items of a group share
 */
public record DeviceLimits(long memoryBytes, long largestBytes, int groupItems, long localBytes) {
    /**
     * What the kernel that shares most takes, attention. OpenCL promises as much on every device of the full profile.
     */
    private static final long LOCAL_BYTES = 32 << 10;

    /** Why the kernels cannot run there, in words; empty if they can. */
    public Optional<String> trouble() {
        if (groupItems < LaunchPlan.TILE_ITEMS) {
            return Optional.of(
                    "groups have at most " + groupItems + " items there, the kernels need " + LaunchPlan.TILE_ITEMS);
        }
        if (localBytes < LOCAL_BYTES) {
            return Optional.of("groups share at most " + localBytes + " bytes there, the kernels need " + LOCAL_BYTES);
        }
        return Optional.empty();
    }
}
