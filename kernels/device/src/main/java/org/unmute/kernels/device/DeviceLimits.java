package org.unmute.kernels.device;

import java.util.Optional;

/**
 * The limits of a device.
 *
 * @param memoryBytes global memory
 * @param maxAllocation bytes of the largest single allocation
 * @param groupItems max items in a group
 * @param localBytes bytes of memory that a group shares
 */
public record DeviceLimits(long memoryBytes, long maxAllocation, int groupItems, long localBytes) {
    /** Local memory used by attention; no kernel needs more. OpenCL's full profile guarantees it. */
    private static final long LOCAL_BYTES = 32 << 10;

    /** Why the kernels cannot run on the device; empty if they can. */
    public Optional<String> problem() {
        // Kernels that compute tiles also have a form for groups smaller than TILE_ITEMS.
        if (groupItems < LaunchPlan.GROUP_ITEMS) {
            return Optional.of(
                    "groups have at most " + groupItems + " items there, the kernels need " + LaunchPlan.GROUP_ITEMS);
        }
        if (localBytes < LOCAL_BYTES) {
            return Optional.of("groups share at most " + localBytes + " bytes there, the kernels need " + LOCAL_BYTES);
        }
        return Optional.empty();
    }
}
