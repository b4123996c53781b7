/** A file system that fails where a test asks it to, and a disk that loses data that was not forced. */
package org.unmute.kernels.contract.fault;
