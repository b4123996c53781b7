/** Options and material of sparse hours: long recordings with few events. */
package org.unmute.cli.scene;
